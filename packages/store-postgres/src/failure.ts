import { UsageError } from '@oauth/core/adapter'

/** What a person can do, by SQLSTATE. */
const ADVICE: Readonly<Record<string, string>> = {
  '22P05': 'The encoding of the database has no room for this text: it has to be UTF8.',
  '25006': 'The server takes no writes: connect to the primary, not to a replica.',
  '28P01': 'The server refused user or password.',
  '40001': 'Too many writers at once for this isolation level: READ COMMITTED needs no repetitions.',
  '42501': 'The role may not use the table: grant it SELECT, INSERT, UPDATE and DELETE.',
  '42703': 'The table is not the one that the migration of this version makes.',
  '53300': 'The server has no connection left: make the pools smaller, or max_connections larger.',
}

/** Texts of `pg` for what has no code. They are the only texts of the driver that are known to quote nothing. */
const KNOWN_TEXTS: ReadonlySet<string> = new Set([
  'Cannot use a pool after calling end on the pool',
  'Connection terminated',
  'Connection terminated due to connection timeout',
  'Connection terminated unexpectedly',
  'Query read timeout',
  'timeout exceeded when trying to connect',
])

/** Tells whether the same statement may well succeed if it is sent again, and had no effect: a conflict of transactions, or a deadlock. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error) ?? '')
}

/** An error in place of the driver's, which carries the statement's values in its text and members. Keeps the code. */
export function failure(error: unknown, table: string): Error {
  const code = codeOf(error)
  if (code === '42P01' || code === '3F000') {
    return new UsageError(
      `postgresStore: the database has no table "${table}", or its search_path does not lead there. Run the migration 0001_oauth_store, which is in the folder migrations of @oauth/store-postgres, or pool.query(postgresSchema()).`,
    )
  }
  const text = error instanceof Error && KNOWN_TEXTS.has(error.message) ? error.message : 'the driver reported an error'
  const found = code === undefined ? text : /^[0-9A-Z]{5}$/.test(code) ? `SQLSTATE ${code}` : code
  const advice = ADVICE[code ?? '']
  const copy = new Error(`postgresStore: PostgreSQL did not carry out the statement on "${table}": ${found}.${advice ? ` ${advice}` : ''}`)
  return code === undefined ? copy : Object.assign(copy, { code })
}

/** A SQLSTATE such as `40001`, or a code of Node such as `ECONNREFUSED`. */
function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^[0-9A-Z_]{5,40}$/.test(code) ? code : undefined
}
