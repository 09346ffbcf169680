import type { TokenRecord } from './token-record.js'

/** A record that is not safely stored, and what is left to do. */
export interface Unsaved {
  record: TokenRecord
  /** What was renewed; absent for the token of a login. */
  readonly before?: TokenRecord
  /** When it began, in the memory's count of changes. */
  readonly begun?: number
  stored: boolean
  /** For a login: what the record that it is to replace would be renewed with, once that was read; `null` for none. */
  found?: string | null | undefined
  saving?: Promise<TokenRecord> | undefined
}
