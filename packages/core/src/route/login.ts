import { UsageError } from '../error/usage-error.js'
import { startAuthorization } from '../flow/authorization-code.js'
import type { Flow } from '../flow/flow.js'
import { type Form, formDecode, formGet, type Parameters } from '../http/form.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { begunIn } from './begun-here.js'
import { type InitiatedLogin, initiatedByForm, initiatedLogin } from './initiated-login.js'
import { type LoginTerms, loginRequest } from './login-terms.js'
import { assertTellsIssuer } from './mix-up.js'
import { isCrossSite, wantsPage } from './navigation.js'
import type { Provider } from './provider.js'
import { safeReturnTo } from './return-to.js'
import { plain, type RouteResponse, redirect } from './route-response.js'
import type { SessionVisit } from './session-visit.js'
import type { WebContext } from './web-context.js'

/** How a login is begun. */
export interface LoginOptions extends LoginTerms {
  /** Where to go afterwards: a path of this application. Anything else counts as the start page. */
  readonly returnTo?: string | undefined
  /** Adds the login to those of the session instead of beginning a new one, whoever it turns out to be. */
  readonly link?: boolean | undefined
  /** Whether the login happens in a window that a page of this application has opened: it tells that page, and closes. */
  readonly popup?: boolean | undefined
  /** Further parameters of this authorization request, such as `{ login_hint: email }`, in place of the provider's own of the same name. */
  readonly authorizationParameters?: Parameters | undefined
}

/** Names of {@link LoginOptions}. */
export const LOGIN_OPTIONS: readonly (keyof LoginOptions)[] = [
  'returnTo',
  'link',
  'popup',
  'authorizationParameters',
  'maxAge',
  'acr',
  'prompt',
]

/**
 * The login route: a link, or a form of this site. Of the request's parameters only `returnTo` and `popup` are read, what a login begun elsewhere may
 * say, and what this application itself has sealed; the protocol's cannot be set from outside, and no other site can have a login linked.
 *
 * @throws {@link ProtocolError} when another site asks for a login at another provider.
 */
export async function* login<Http>(context: WebContext<Http>, visit: SessionVisit<Http>, provider: Provider<Http>): Flow<RouteResponse> {
  const { origin } = context.base
  const { method, headers, url, body } = visit.request
  if (!wantsPage(headers)) return plain(401, 'A login starts by going to this page, not by a request in the background.')
  const form = body?.kind === 'form' ? body.pairs : []
  if (method === 'POST' && isCrossSite(headers, origin)) {
    const location = initiatedByForm(url, form)
    return location === undefined ? plain(403, 'Another site asked for this login.') : redirect(location)
  }
  const parameters = [...queryOf(url), ...form]
  const terms = await context.terms.open(formGet(parameters, 'terms'))
  try {
    return redirect(yield* startLogin(context, visit, provider, { ...initiatedLogin(parameters, provider, origin), ...terms }))
  } catch (error) {
    // The page that asks in silence is for anybody: who goes back to it is to see it, whatever is wrong with the login.
    if (terms.prompt === 'none') visit.setLoginCookies([context.logins.quiet])
    throw error
  }
}

/** Starts a login: keeps the attempt in a cookie of its own, and returns where at the provider to send the browser. */
export async function* startLogin<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  provider: Provider<Http>,
  { returnTo, link = false, popup = false, ...terms }: LoginOptions & InitiatedLogin,
): Flow<string> {
  const { registration, options, scope, redirectUri } = provider
  const { current } = visit
  if (link && options.responseMode === 'form_post') {
    throw new UsageError(
      `login: a login at "${provider.name}" cannot be linked: its answer comes by form_post from the provider's site, and browsers send no session cookie with that. Use the response mode "query".`,
    )
  }
  const server = yield* registration.server()
  assertTellsIssuer(provider, server)
  const { claims, parameters, expected } = loginRequest(provider, server, terms)
  const { url, transaction } = yield* startAuthorization(server, registration.client, {
    environment: context.environment,
    provider: provider.name,
    redirectUri,
    scope,
    responseMode: options.responseMode,
    codeChallengeMethod: options.codeChallengeMethod,
    claims,
    parameters,
    returnTo: safeReturnTo(returnTo, context.base),
  })
  const attempt: AuthorizationTransaction = {
    ...transaction,
    ...(expected === undefined ? {} : { claims: expected }),
    ...(current === undefined ? {} : begunIn(current)),
    ...(current !== undefined && link ? { link } : {}),
    ...(terms.prompt === 'none' ? { silent: true } : {}),
    ...(popup ? { popup } : {}),
  }
  visit.setLoginCookies(await context.logins.keep(attempt, visit.request.cookies))
  return url
}

/** The query of a path, decoded. */
export function queryOf(url: string): Form {
  const at = url.indexOf('?')
  return formDecode(at === -1 ? '' : url.slice(at + 1))
}
