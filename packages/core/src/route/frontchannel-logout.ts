import type { Flow } from '../flow/flow.js'
import { quietly } from '../flow/quietly.js'
import type { Form } from '../http/form.js'
import { parseUrl } from '../http/uri.js'
import { constantTimeEqual } from '../jose/constant-time.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { queryOf } from './login.js'
import type { Provider } from './provider.js'
import { nameOf, namesOf } from './provider-logout.js'
import { html, type RouteResponse } from './route-response.js'
import type { SessionVisit } from './session-visit.js'
import type { WebContext } from './web-context.js'
import type { ProviderLogin } from './web-session.js'

/** Characters of a `sid` below which it could be found by trying. */
const MIN_SID_LENGTH = 16

/**
 * Takes a provider's word, through the browser, that a session has ended there. Anybody can have a browser ask for this address, so it is the `sid`, a
 * secret of the provider and of this application, that has to be right, together with its issuer: that of the login in this browser, or, where the
 * browser sends no cookies into a frame, one that a login here has brought. What is not known is not written down, and nobody is told whether it was.
 *
 * Tokens are not given back: whoever asks has proven nothing but to know of the session.
 *
 * @throws {@link StoreError} when it cannot be written down.
 * @see OpenID Connect Front-Channel Logout §2 https://openid.net/specs/openid-connect-frontchannel-1_0.html#RPLogout
 */
export async function* frontchannelLogout<Http>(
  { logouts }: WebContext<Http>,
  visit: SessionVisit<Http>,
  provider: Provider<Http>,
): Flow<RouteResponse> {
  const policy = `default-src 'none'; frame-ancestors ${yield* framers(provider)}`
  const parameters = queryOf(visit.request.url)
  const [iss, sid] = [once(parameters, 'iss'), once(parameters, 'sid')]
  if (!iss || !sid) return html(400, 'The request has to have one iss and one sid.', policy)
  const clientId = provider.registration.client.client_id
  const { claims = {} } = visit.login(provider.name) ?? {}
  const isOwn = namesOf(claims).some((name) => constantTimeEqual(name, nameOf({ iss, sid })))
  const at = isOwn ? Math.floor(Number(claims['iat'])) : await logouts.loginOf({ iss, sid, clientId })
  if (at !== undefined) await logouts.add({ iss, sid, clientId, at })
  // The cookie of a session would go on being good where this process is not asked.
  if (isOwn && visit.loginsBeside(provider.name) === 0) await visit.end()
  return html(200, '', policy)
}

/**
 * Writes a login down, where its provider logs out so, for the request that will come without a cookie. Not one whose session anybody could guess. Without
 * fail: the login works without.
 */
export async function expectFrontchannelLogout<Http>(
  { logouts }: WebContext<Http>,
  server: ServerMetadata,
  { claims, record }: Pick<ProviderLogin, 'claims' | 'record'>,
): Promise<void> {
  const { iss, sid, iat } = claims
  if (server['frontchannel_logout_supported'] !== true || iss === undefined || typeof sid !== 'string' || sid.length < MIN_SID_LENGTH)
    return
  await logouts.expect({ iss, sid, clientId: record.client_id }, Math.floor(Number(iat))).catch(() => undefined)
}

/** The value of a parameter that is there once. */
function once(parameters: Form, name: string): string | undefined {
  const [value, ...others] = parameters.filter((pair) => pair[0] === name).map(([, found]) => found)
  return others.length === 0 ? value : undefined
}

/** The origins whose pages may have the answer in a frame: those of the provider. */
async function* framers<Http>({ options, registration }: Provider<Http>): Flow<string> {
  const server = yield* quietly(registration.server())
  const urls = [options.issuer, options.server?.issuer, server?.end_session_endpoint]
  const origins = new Set(urls.flatMap((url) => parseUrl(url ?? '')?.origin ?? []))
  return [...origins].join(' ') || "'none'"
}
