import type { Form } from '../http/form.js'
import type { TokenSet } from '../message/token-set.js'
import type { Store } from './store.js'

/** What a renewal needs to know of the grant that brought the token. */
export interface GrantMemory {
  /** The `grant_type`. */
  readonly type: string
  /** What was granted at first, and is asked for by a refresh that names none; for client credentials what is asked for again. */
  readonly scope?: string
  readonly resource?: readonly string[]
  readonly parameters?: Form
  /** Whether the same can be asked for again without anybody's help, as with an assertion that the client signs itself. */
  readonly repeatable?: true
}

/** Tells whether a grant can be asked for again with what the client itself has. Client credentials always can. */
export function isRepeatable({ type, repeatable }: GrantMemory): boolean {
  return repeatable === true || type === 'client_credentials'
}

/** A refresh token that was spent, by its hash, and until when whoever comes with it gets what it became. */
export interface SpentToken {
  readonly refreshHash: string
  /** By the store's clock. */
  readonly until: number
}

/** Whom a token came from, and whose it is. */
export type TokenOrigin = Pick<TokenRecord, 'issuer' | 'token_endpoint' | 'client_id'>

/** A token with everything that its renewal, in this process or another, has to know. Plain JSON. */
export interface TokenRecord {
  readonly v: 1
  /** Whom the token came from. A refresh goes nowhere else. */
  readonly issuer: string
  readonly token_endpoint: string
  readonly client_id: string
  readonly subject?: string
  readonly sid?: string
  readonly token: TokenSet
  /** Grows by one with each renewal. */
  readonly generation: number
  readonly grant: GrantMemory
  /** Who is renewing the token, until when by the store's clock, with which refresh token, since when. */
  readonly lease?: { readonly owner: string; readonly until: number; readonly refreshHash: string; readonly since: number }
  /** The refresh token before this one, for callers that still hold it; and those before that, where they were spent as lately. */
  readonly previous?: SpentToken & { readonly earlier?: readonly SpentToken[] }
  /** Set when the token cannot be renewed any more. */
  readonly ended?: { readonly reason: string; readonly at: number }
  readonly dpopKey?: Readonly<Record<string, unknown>>
}

/** Tells whether a record can be renewed without a person. */
export function canRenew({ token, grant }: TokenRecord): boolean {
  return token.refresh_token !== undefined || isRepeatable(grant)
}

/** A record that nobody is renewing. */
export function unleased({ lease: _over, ...record }: TokenRecord): TokenRecord {
  return record
}

/** A store of token records. */
export type TokenStore = Store<TokenRecord>
