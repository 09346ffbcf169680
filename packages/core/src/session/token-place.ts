import type { Maybe } from '../environment.js'
import type { TokenStore } from './token-record.js'

/** Where one token lives. Several places may hold the same token: each request of a browser has its own view of the session cookie. */
export interface TokenPlace {
  readonly store: TokenStore
  readonly key: string
  /** Tells whether a write would arrive, asked just before a renewal. A renewal that cannot be kept is not made. */
  readonly writable?: () => Maybe<boolean>
  /** Seconds that what is written there is kept without being written again. That of the life cycle unless told. */
  readonly ttl?: number | undefined
}
