import type { EventEmitter } from 'node:events'

/** What the store needs of a pool. That of `pg` has it. */
export interface PostgresPool {
  query(statement: string | NamedStatement, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
  /** Lends a connection to listen on. Without it the store has no `watch`. */
  connect?(): Promise<PostgresClient>
  readonly options?: { readonly max?: number }
}

/** A statement that a connection parses once, and knows by its name from then on. */
export interface NamedStatement {
  readonly name: string
  readonly text: string
  readonly values: unknown[]
}

/** A connection lent by a pool: emits `notification`, `error` and `end`. */
export interface PostgresClient extends EventEmitter {
  query(text: string): Promise<unknown>
  /** Gives the connection back; `true` closes it. */
  release(destroy?: boolean): void
}
