import { UsageError } from '@oauth/core/adapter'
import type { Store, TokenRecord } from '@oauth/core/session'
import { failure, isConflict } from './failure.js'
import { keyText, sha256 } from './key-text.js'
import { KeyWatch } from './key-watch.js'
import type { PostgresPool } from './postgres-pool.js'
import { DEFAULT_TABLE } from './schema.js'
import { statements } from './statements.js'
import { tableName } from './table-name.js'

/** How a store uses its database. */
export interface PostgresStoreOptions {
  /** The table, or schema and table: `auth.oauth_store`. All processes name it alike. `oauth_store` unless given. */
  readonly table?: string
  /** `false`: writes notify nobody, and the store has no `watch`. For PgBouncer that pools transactions, where listening does not work. */
  readonly watch?: boolean
  /**
   * `true`: each connection parses a statement once, which saves the server about half of its work on it. Not for PgBouncer that pools
   * transactions, before its version 1.21.
   */
  readonly prepare?: boolean
}

const OPTIONS: readonly string[] = ['prepare', 'table', 'watch'] satisfies (keyof PostgresStoreOptions)[]

/** A store in a table of PostgreSQL. */
export interface PostgresStore<T> extends Store<T> {
  /** Deletes the rows that have expired, and tells how many there were. Reads do not see them; call this now and then, to get their space back. */
  deleteExpired(): Promise<number>
}

/** How often a statement is sent, when the isolation level lets writers fail each other. Each time one of them gets through. */
const MAX_ATTEMPTS = 20
/** Rows deleted by one statement, so that none takes long. */
const BATCH = 1000
/** Seconds, about three thousand years: what lives longer does not expire. PostgreSQL's timestamps end later. */
const FOREVER = 1e11

/**
 * Keeps tokens or sessions in a table of PostgreSQL, for any number of processes. Each call is one statement and one round trip. The table is
 * made by the migration that comes with the package, or by {@link postgresSchema}.
 *
 * @param pool that of `pg`. Not a client in a transaction: others would see the write late, or never.
 * @throws {@link UsageError} for what is no pool, and for bad options.
 *
 * @example
 * const store = postgresStore(new Pool())
 */
export function postgresStore<T = TokenRecord>(pool: PostgresPool, options: PostgresStoreOptions = {}): PostgresStore<T> {
  if (typeof pool?.query !== 'function') throw new UsageError('postgresStore: a Pool of pg is needed, and there is something else.')
  assertOptions(options)
  const { table = DEFAULT_TABLE, watch = true, prepare = false } = options
  const { name, quoted } = tableName(table)
  const sql = statements(quoted, { notify: watch })

  /** The columns of `Row` are those that the statement names. */
  async function rows<Row>(text: string, values: unknown[]): Promise<readonly Row[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await (prepare ? pool.query({ name: statementName(text), text, values }) : pool.query(text, values))
        return result.rows as readonly Row[]
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isConflict(error)) throw failure(error, name)
      }
    }
  }

  return {
    async get(key) {
      const [row] = await rows<Receipt & { readonly value: string }>(sql.get, [keyText(key)])
      return row && { value: JSON.parse(row.value) as T, version: row.version, now: Number(row.now) }
    },
    async compareAndSet(key, expected, value, { ttl }) {
      const written = [keyText(key), JSON.stringify(value), ttl < FOREVER ? ttl : null]
      const [row] = await (expected === null ? rows<Receipt>(sql.insert, written) : rows<Receipt>(sql.update, [...written, expected]))
      return row && { version: row.version, now: Number(row.now) }
    },
    async delete(key, expected) {
      return (await rows(sql.delete, [keyText(key), expected ?? null])).length > 0
    },
    async deleteExpired() {
      for (let total = 0; ; ) {
        const { length } = await rows(sql.deleteExpired, [BATCH])
        total += length
        if (length < BATCH) return total
      }
    },
    ...(watch && watching(pool)),
  }
}

function assertOptions(options: PostgresStoreOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new UsageError("postgresStore: an options object is needed, such as { table: 'oauth_store' }, and there is something else.")
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name))
  if (unknown !== undefined)
    throw new UsageError(`postgresStore: there is no option ${JSON.stringify(unknown)}. Known options: ${OPTIONS.join(', ')}.`)
  const { watch = true, prepare = false } = options
  for (const [name, value] of Object.entries<unknown>({ watch, prepare }))
    if (typeof value !== 'boolean')
      throw new UsageError(`postgresStore: the option "${name}" has to be true or false, and is a ${typeof value}.`)
}

interface Receipt {
  readonly version: string
  readonly now: string
}

/** A connection may be shared by stores of several tables. */
function statementName(text: string): string {
  return `oauth_${sha256(text).slice(0, 32)}`
}

/** A pool of one connection has none to listen on: everything else would wait for it. */
function watching(pool: PostgresPool): Pick<Store<unknown>, 'watch'> {
  const { connect, options } = pool
  if (connect === undefined || options?.max === 1) return {}
  const keys = new KeyWatch(() => connect.call(pool))
  return { watch: (key, changed) => keys.watch(key, changed) }
}
