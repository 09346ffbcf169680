import type { ClientAuthentication } from '../client-authentication/client.js'
import type { Parameters } from '../http/form.js'
import type { HttpHeaders } from '../http/http-response.js'
import type { KeysOption } from '../jose/given-keys.js'
import type { EndSessionOptions } from '../message/end-session.js'

/** What each method that sends a request to the server can vary. */
export interface RequestOptions {
  /** Instead of the endpoint in the server's metadata. */
  readonly endpoint?: string | undefined
  /** Instead of the client's own method, for this request. */
  readonly clientAuthentication?: string | ClientAuthentication | undefined
  readonly headers?: HttpHeaders | undefined
  /** Further parameters of the request: none that it has already or that has an option; `resource` and `audience` may be repeated. */
  readonly parameters?: Parameters | undefined
}

/** Options of `refreshToken`. */
export interface RefreshTokenOptions extends RequestOptions {
  /** Less than what was granted, for the token that this call brings. What was granted stays in force when left out, and for later renewals. */
  readonly scope?: string | readonly string[] | undefined
}

/** Options of `revokeToken`. */
export interface RevokeOptions extends RequestOptions {
  /** The session's refresh token, else its access token, unless told. */
  readonly token?: string | undefined
  /** What kind `token` is; without `token`, which of the session's tokens is meant. */
  readonly tokenTypeHint?: 'access_token' | 'refresh_token' | undefined
}

/** Options of `verifyIdToken`. */
export interface VerifyIdTokenOptions {
  /** The nonce that was sent with the request; leave it out only when none was. */
  readonly nonce?: string | undefined
  /** Seconds: the `max_age` that was asked for. */
  readonly maxAge?: number | undefined
  /** The access token that came along, to check `at_hash` with. */
  readonly accessToken?: string | undefined
  /** Keys to check the signature with, in place of those that the server publishes: a JWK Set, a JWK, PEM, a `CryptoKey`, or a function of header and payload. */
  readonly keys?: KeysOption | undefined
}

/** Options of `introspectToken`. */
export interface IntrospectTokenOptions extends RequestOptions {
  /** The session's refresh token, else its access token, unless told. */
  readonly token?: string | undefined
  /** What kind `token` is; without `token`, which of the session's tokens is meant. */
  readonly tokenTypeHint?: 'access_token' | 'refresh_token' | undefined
}

/** Names of {@link RequestOptions}. */
export const REQUEST_OPTIONS = ['endpoint', 'clientAuthentication', 'headers', 'parameters'] as const

/** Names of the options of each method, for the check of unknown ones. */
export const METHOD_OPTIONS: {
  readonly refreshToken: readonly (keyof RefreshTokenOptions)[]
  readonly revokeToken: readonly (keyof RevokeOptions)[]
  readonly introspectToken: readonly (keyof IntrospectTokenOptions)[]
  readonly verifyIdToken: readonly (keyof VerifyIdTokenOptions)[]
  readonly createLogoutUrl: readonly (keyof EndSessionOptions)[]
} = {
  refreshToken: ['scope', ...REQUEST_OPTIONS],
  revokeToken: ['token', 'tokenTypeHint', ...REQUEST_OPTIONS],
  introspectToken: ['token', 'tokenTypeHint', ...REQUEST_OPTIONS],
  verifyIdToken: ['nonce', 'maxAge', 'accessToken', 'keys'],
  createLogoutUrl: ['idTokenHint', 'clientId', 'postLogoutRedirectUri', 'state', 'logoutHint', 'uiLocales'],
}
