import type { Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import { assertKnownOptions } from '../error/known-options.js'
import { UsageError } from '../error/usage-error.js'
import type { Parameters } from '../http/form.js'
import { assertRedirectUri, scopeText } from '../message/authorization-request.js'
import { assertResponseType, type ResponseMode, type ResponseType } from '../message/response-type.js'
import type { TokenInput } from '../message/token-set.js'
import { assertStore } from './assert-store.js'
import { REGISTRATION_OPTIONS, type RegistrationOptions } from './registration.js'
import { TOKEN_PLACEMENTS, type TokenPlacement } from './token-placement.js'
import type { TokenStore } from './token-record.js'
import type { UpdateToken } from './update-token.js'

/** Options of an OAuth 2.0 session. */
export interface SessionOptions extends RegistrationOptions {
  /** Space-separated, or a list. */
  readonly scope?: string | readonly string[] | undefined
  /**
   * What the tokens are for, as absolute URIs: asked for with logins and with token requests, and again with renewals (RFC 8707 §2). A token of the
   * client itself is kept by it, too.
   */
  readonly resource?: string | readonly string[] | undefined
  readonly redirectUri?: string | undefined
  /** The state of a login that was begun elsewhere. */
  readonly state?: string | undefined
  /** `code` unless told. */
  readonly responseType?: ResponseType | undefined
  /** The server's default unless told: the query for a code, else the fragment. */
  readonly responseMode?: ResponseMode | undefined
  /** `S256`, or `false` for servers that refuse PKCE. */
  readonly codeChallengeMethod?: 'S256' | false | undefined
  /** Further parameters of every authorization request, such as `{ prompt: 'consent' }`. */
  readonly authorizationParameters?: Parameters | undefined
  /** A token from an earlier session. */
  readonly token?: TokenInput | undefined
  /** Where the token goes on a request: the `Authorization` header unless told. Elsewhere it is seen by whoever logs addresses (RFC 6750 §2.3). */
  readonly tokenPlacement?: TokenPlacement | undefined
  readonly updateToken?: UpdateToken | undefined
  /** Seconds before its expiry that the token is renewed. 60 unless told. */
  readonly leeway?: number | undefined
  /** Where the token lives. This session's memory unless told. */
  readonly store?: TokenStore | undefined
  /** The token's name in the store; say, the user's id. */
  readonly key?: string | undefined
  /** Origins that the token is sent to. That of the HTTP client's base URL unless told, or every https origin where it has none. */
  readonly allowedOrigins?: readonly string[] | undefined
  readonly environment?: Environment | undefined
}

const OPTIONS: readonly string[] = [
  ...REGISTRATION_OPTIONS,
  'scope',
  'resource',
  'redirectUri',
  'state',
  'responseType',
  'responseMode',
  'codeChallengeMethod',
  'authorizationParameters',
  'token',
  'tokenPlacement',
  'updateToken',
  'leeway',
  'store',
  'key',
  'allowedOrigins',
  'environment',
]

/** @throws {@link UsageError} for unknown, unusable or contradictory options. */
export function assertSessionOptions(options: SessionOptions, own: readonly string[] = []): void {
  assertKnownOptions(options, [...OPTIONS, ...own], explain && 'OAuth2Session')
  const { store, key, token, codeChallengeMethod = 'S256' } = options
  assertTokenOptions(options)
  scopeText(options.scope)
  if (!resourceList(options).every((one) => typeof one === 'string' && URL.canParse(one) && !one.includes('#'))) {
    throw new UsageError(explain && 'Option "resource" must be an absolute URI without a fragment, or a list of them (RFC 8707 §2).')
  }
  if (codeChallengeMethod !== 'S256' && codeChallengeMethod !== false) {
    throw new UsageError(explain && 'Option "codeChallengeMethod" is "S256", or false for a server that refuses PKCE.')
  }
  assertResponseType(options.responseType ?? 'code', options.responseMode)
  assertRedirectUri(options.redirectUri, explain && 'Option "redirectUri"')
  // `user?.id ?? ''` would give one token to everybody who is nobody.
  if (key !== undefined && (typeof key !== 'string' || key === '')) {
    throw new UsageError(
      explain &&
        `Option "key" must be a text that names one person or one token, and it is ${key === '' ? 'empty' : 'no text'}. For a token of the client itself leave it out.`,
    )
  }
  if (key !== undefined && store === undefined)
    throw new UsageError(explain && 'Option "key" names a token in a "store", and there is no store.')
  if (token !== undefined && store !== undefined && key === undefined) {
    throw new UsageError(explain && 'Options contradict: "token" is to be put into "store", and "key", its name there, is missing.')
  }
}

/** What the tokens of a session are for, one or many. */
export function resourceList({ resource = [] }: Pick<SessionOptions, 'resource'>): readonly string[] {
  return [resource].flat()
}

/** @throws {@link UsageError} for options about the keeping and the use of a token that cannot be what they should. */
export function assertTokenOptions(options: Pick<SessionOptions, 'leeway' | 'store' | 'tokenPlacement' | 'updateToken'>): void {
  const { leeway = 0, store, tokenPlacement = 'header', updateToken } = options
  if (!(Number.isFinite(leeway) && leeway >= 0)) throw new UsageError(explain && 'Option "leeway" must be a number of seconds, 0 or more.')
  if (!TOKEN_PLACEMENTS.includes(tokenPlacement))
    throw new UsageError(explain && `Option "tokenPlacement": there is no "${tokenPlacement}". Placements: ${TOKEN_PLACEMENTS.join(', ')}.`)
  if (store !== undefined) assertStore(store, explain && 'Option "store"')
  if (updateToken !== undefined && typeof updateToken !== 'function')
    throw new UsageError(explain && 'Option "updateToken" must be a function.')
}
