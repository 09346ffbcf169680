import { ProtocolError } from '../error/protocol-error.js'
import { type Form, formEncode, formGet } from '../http/form.js'
import type { Provider } from './provider.js'

/** What a login takes over from the request that began it. Nothing of it is checked yet but the issuer. */
export interface InitiatedLogin {
  readonly returnTo?: string | undefined
  /** Only from an initiated login, where the provider may say who it is about (OpenID Connect Core §4). */
  readonly loginHint?: string | undefined
  /** Whether the login happens in a window of its own. Whoever asks for that gains nothing: the window tells this application's own pages alone. */
  readonly popup?: boolean | undefined
}

/**
 * Reads a request to the login route. One with `iss` comes from the provider, or from a site that knows it, and may name a page of the application
 * by its whole address, and the person; scopes and all else it says are not read.
 *
 * @throws {@link ProtocolError} when it asks for a login at another provider than this route's.
 * @see OpenID Connect Core §4 https://openid.net/specs/openid-connect-core-1_0.html#ThirdPartyInitiatedLogin
 */
export function initiatedLogin<Http>(query: Form, { options }: Provider<Http>, origin: string): InitiatedLogin {
  const issuers = query.filter(([name]) => name === 'iss').map(([, value]) => value)
  const returnTo = formGet(query, 'returnTo')
  if (issuers.length === 0) return { returnTo, popup: formGet(query, 'popup') === 'true' }
  const known = options.issuer ?? options.server?.issuer
  if (issuers.some((issuer) => issuer !== known)) {
    throw new ProtocolError(
      'OAUTH_ISS_MISMATCH',
      'Login refused: it was asked for at an issuer that is not the one of this login route. Nothing was started',
      { reference: 'OpenID Connect Core §4' },
    )
  }
  return {
    returnTo: localPart(formGet(query, 'target_link_uri'), origin) ?? returnTo,
    loginHint: formGet(query, 'login_hint') || undefined,
  }
}

/**
 * Where the form of another site goes on, as a provider may post what it could have a link for; `undefined` for one that names no issuer. By GET, with
 * which the browser sends the cookies that it withholds from such a form: unseen, the logins under way in it could become any number.
 *
 * @see OpenID Connect Dynamic Client Registration §2, initiate_login_uri https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata
 */
export function initiatedByForm(url: string, form: Form): string | undefined {
  const own = form.filter(([name]) => INITIATED.includes(name))
  const [path] = url.split('?', 1)
  return own.some(([name]) => name === 'iss') ? `${path}?${formEncode(own)}` : undefined
}

const INITIATED: readonly string[] = ['iss', 'target_link_uri', 'login_hint']

/** An address of this application without its origin; any other as it is, which is then no path to return to. */
function localPart(target: string | undefined, origin: string): string | undefined {
  return target?.startsWith(`${origin}/`) ? target.slice(origin.length) : target
}
