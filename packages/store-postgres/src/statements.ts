/** Where the writes of all processes of a database are told. */
export const CHANNEL = 'oauth_store'

/** The statements on one table, one for each method of a store. */
export interface Statements {
  /** key */
  readonly get: string
  /** key, value, ttl: writes where nothing is, or nothing that has not expired. */
  readonly insert: string
  /** key, value, ttl, expected */
  readonly update: string
  /** key, expected or null */
  readonly delete: string
  /** limit */
  readonly deleteExpired: string
}

// The time when it is evaluated: `now()` is the time at which the transaction began, so it would be too early after a wait for another
// writer's lock, and would stand still in a transaction of the application.
const CLOCK = 'clock_timestamp()'
const NOW = `extract(epoch FROM ${CLOCK})::text AS now`
const ABSENT = `expires_at <= ${CLOCK}`
const PRESENT = `(${ABSENT}) IS NOT TRUE`
const EXPIRES_AT = `${CLOCK} + make_interval(secs => $3)`
const NOTIFY = `pg_notify('${CHANNEL}', encode(sha256(convert_to($1, 'UTF8')), 'hex'))`

/** Writes the statements for a quoted table. What they give is cast to text, so that type parsers of the application change nothing. */
export function statements(table: string, { notify }: { readonly notify: boolean }): Statements {
  const told = notify ? `, ${NOTIFY}` : ''
  return {
    get: `SELECT value, version::text AS version, ${NOW} FROM ${table} WHERE key = $1 AND ${PRESENT}`,
    insert: `WITH written AS (
  INSERT INTO ${table} AS held (key, value, version, expires_at) VALUES ($1, $2, gen_random_uuid(), ${EXPIRES_AT})
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version, expires_at = excluded.expires_at
  WHERE held.${ABSENT}
  RETURNING version
) SELECT version::text AS version, ${NOW}${told} FROM written`,
    update: `WITH written AS (
  UPDATE ${table} SET value = $2, version = gen_random_uuid(), expires_at = ${EXPIRES_AT}
  WHERE key = $1 AND version::text = $4 AND ${PRESENT}
  RETURNING version
) SELECT version::text AS version, ${NOW}${told} FROM written`,
    delete: `WITH deleted AS (
  DELETE FROM ${table} WHERE key = $1 AND ($2::text IS NULL OR version::text = $2) AND ${PRESENT}
  RETURNING key
) SELECT key${told} FROM deleted`,
    // `now()`, unlike the clock, can be looked up in the index. Rows that somebody else is writing or deleting are left to the next time.
    deleteExpired: `DELETE FROM ${table} WHERE key IN (
  SELECT key FROM ${table} WHERE expires_at <= now() LIMIT $1 FOR UPDATE SKIP LOCKED
) RETURNING 1`,
  }
}
