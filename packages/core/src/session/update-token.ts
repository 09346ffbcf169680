import type { Maybe } from '../environment.js'
import type { TokenSet } from '../message/token-set.js'

/** What the new token replaces: the refresh token that was spent or, where there was none, the access token. Exactly one is set. */
export type ReplacedToken =
  | { readonly refreshToken: string; readonly accessToken?: never }
  | { readonly accessToken: string; readonly refreshToken?: never }

/**
 * Called after each renewal, before anybody uses the new token, and awaited. Without a store it is where the application persists tokens.
 * When it throws, it is called again with the same token at the next use. A call through the session from within waits for it, and so for
 * ever: the new token is in the first argument.
 */
export type UpdateToken = (token: TokenSet, old: ReplacedToken) => Maybe<void>
