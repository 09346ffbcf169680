import { isOAuthError } from '../error/any-oauth-error.js'
import type { AuthorizationResponseProblem } from '../error/error-code.js'
import { ProtocolError } from '../error/protocol-error.js'
import { UsageError } from '../error/usage-error.js'
import { finishAuthorization } from '../flow/authorization-code.js'
import type { Flow } from '../flow/flow.js'
import { quietly } from '../flow/quietly.js'
import type { AuthorizationResult } from '../flow/redeem-code.js'
import { type Form, formGet } from '../http/form.js'
import { assertCurrent } from '../message/assert-current.js'
import { authorizationResponse, refuseDuplicates } from '../message/authorization-response.js'
import { endpointUrl, serverIdentity } from '../metadata/server-metadata.js'
import type { TokenRecord } from '../session/token-record.js'
import { type AuthorizationTransaction, assertInTime } from '../transaction/authorization-transaction.js'
import { beginSession } from './begin-session.js'
import { assertBegunHere } from './begun-here.js'
import { expectFrontchannelLogout } from './frontchannel-logout.js'
import { queryOf } from './login.js'
import { loginClaims } from './login-claims.js'
import { idOf } from './login-cookies.js'
import { assertTellsIssuer } from './mix-up.js'
import { popupPage } from './popup-page.js'
import { type Provider, revokeTokens } from './provider.js'
import { safeReturnTo } from './return-to.js'
import { plain, type RouteResponse, redirect } from './route-response.js'
import type { SessionVisit } from './session-visit.js'
import { NEEDS_A_PERSON } from './silent-login.js'
import type { WebContext } from './web-context.js'
import type { ProviderLogin, WebSession } from './web-session.js'

/**
 * Finishes a login: finds the attempt that the answer belongs to, redeems the code, and begins a new session in place of the old one.
 *
 * Until everything has been checked nothing is stored, and a session that was there goes on. Tokens of a login that fails after they were issued
 * are given back.
 *
 * @throws {@link ProtocolError} the answer does not belong to a login of this browser.
 * @throws {@link AuthorizationResponseError} the provider, or the person, said no.
 */
export async function* callback<Http>(context: WebContext<Http>, visit: SessionVisit<Http>, provider: Provider<Http>): Flow<RouteResponse> {
  const parameters = answerOf(visit, provider)
  if ('status' in parameters) return parameters
  refuseDuplicates(parameters)
  const attempt = await findAttempt(context, visit, parameters)
  if ('status' in attempt) return attempt
  assertInTime(attempt, context.environment.now())
  if (attempt.provider !== provider.name)
    refuse('OAUTH_PROVIDER_MISMATCH', 'the login was started at another provider', 'RFC 9700 §4.4.2.2')

  assertBegunHere(visit.newest, attempt)

  const { registration } = provider
  const server = yield* registration.server()
  // A function of the request may have given the options of another tenant than at the login.
  assertCurrent(attempt, { server, client: registration.client, now: context.environment.now() })
  assertTellsIssuer(provider, server)
  try {
    authorizationResponse(parameters, attempt, server)
  } catch (error) {
    // A "no" is an answer too: it ends the attempt. Anything else leaves it to the honest answer.
    if (!isOAuthError(error) || error.name !== 'AuthorizationResponseError') throw error
    await finish(context, visit, attempt).catch(() => false)
    // To the question whether somebody is logged in there it is the answer.
    if (!attempt.silent || !NEEDS_A_PERSON.includes(error.error)) throw error
    visit.setLoginCookies([context.logins.quiet])
    return landing(context, attempt)
  }
  // Of two requests with the same answer only one goes on.
  if (!(await finish(context, visit, attempt)))
    refuse('OAUTH_TRANSACTION_USED', 'it was already used. Start the login again', 'RFC 9700 §2.1')

  const { keyCache, clockTolerance, allowInsecureHttp } = registration
  const result = yield* finishAuthorization(server, registration.client, {
    environment: context.environment,
    ...provider.hooks.of('access_token'),
    response: parameters,
    transaction: attempt,
    keyCache,
    clockTolerance,
    allowInsecureHttp,
  })
  const record = tokenRecord(result, attempt, { issuer: serverIdentity(server), token_endpoint: endpointUrl(server, 'token_endpoint') })
  try {
    const claims = yield* loginClaims(context, provider, { record, claims: result.claims, server })
    const login = { claims, record, attempt: idOf(attempt.state), ...tenantOf(provider) }
    await expectFrontchannelLogout(context, server, login)
    await beginSession(context, visit, { name: provider.name, login, attempt })
  } catch (error) {
    if (!mayShareGrant(visit.newest, record)) yield* quietly(revokeTokens(provider, record.token, context.environment))
    throw error
  }
  return landing(context, attempt)
}

/** Where a login goes on. */
function landing<Http>(
  { base, environment }: WebContext<Http>,
  { returnTo = `${base.path}/`, popup }: AuthorizationTransaction,
): RouteResponse {
  return popup ? popupPage(environment, `${base.origin}${returnTo}`) : redirect(returnTo)
}

/** The parameters of the answer, from where this provider was asked to put them. */
function answerOf<Http>({ request }: SessionVisit<Http>, { options }: Provider<Http>): Form | RouteResponse {
  const formPost = options.responseMode === 'form_post'
  if ((request.method === 'POST') !== formPost) {
    refuse(
      'OAUTH_MODE_MISMATCH',
      `it came by ${request.method}, but was asked for by ${formPost ? 'form_post' : 'query'}`,
      'OAuth 2.0 Form Post Response Mode §2',
    )
  }
  if (!formPost) return queryOf(request.url)
  if (request.body?.kind === 'form') return request.body.pairs
  return plain(request.body?.kind === 'too_large' ? 413 : 415, 'The answer must be a form.')
}

/** The attempt that the answer belongs to; or where to go, when it was used and the login is there. */
async function findAttempt<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  parameters: Form,
): Promise<AuthorizationTransaction | RouteResponse> {
  const { cookies } = visit.request
  const state = formGet(parameters, 'state')
  const others = context.logins.hasOthers(state ?? '', cookies)
  if (state === undefined || state === '') {
    if (others) refuse('OAUTH_STATE_MISSING', 'it has no "state" though one was sent', 'RFC 6749 §4.1.2')
    noTransaction()
  }
  const found = await context.logins.find(state, cookies)
  const isDone = Object.values(visit.current?.providers ?? {}).some((login) => login.attempt === idOf(state) && !visit.isOver(login))
  if (found !== undefined) return isDone ? landing(context, found) : found
  const used = await context.attempts.find(state)
  if (used !== undefined) {
    // The back button, or a reload, of a login that worked. Where it went on is nothing to tell anybody but who logged in by it.
    if (visit.current !== undefined) return redirect(safeReturnTo(isDone ? used.returnTo : undefined, context.base))
    refuse('OAUTH_TRANSACTION_USED', 'it was already used. Start the login again', 'RFC 9700 §2.1')
  }
  if (context.logins.has(state, cookies)) unreadable()
  if (others) refuse('OAUTH_STATE_MISMATCH', 'its "state" is of no login of this browser. Start the login again', 'RFC 6749 §10.12')
  return noTransaction()
}

function noTransaction(): never {
  return refuse(
    'OAUTH_NO_TRANSACTION',
    'this browser has no login under way. The cookie is missing: it expired, was blocked, belongs to another host name, or the login was started in another browser',
    'RFC 6749 §10.12',
  )
}

/** The cookie is there, so the browser has done its part: what is wrong is most likely the set-up, which the cause says. */
function unreadable(): never {
  throw new ProtocolError(
    'OAUTH_NO_TRANSACTION',
    'Authorization response refused: a cookie of this login is there, but this instance cannot open it: most likely its "secret" is another one than where the login was started',
    {
      reference: 'RFC 6749 §10.12',
      cause: new UsageError(
        'Option "secret": the cookie of a login could not be opened. Give all instances the same secret, and the same after a restart; to change it, give all of them a list of both. Where it is the same everywhere, the cookie was changed on its way.',
      ),
    },
  )
}

function tenantOf<Http>({ tenant }: Provider<Http>): Pick<ProviderLogin, 'tenant'> {
  return tenant === undefined ? {} : { tenant }
}

/** Uses an attempt up. Tells whether it was still to be used. Where that cannot be told, the browser keeps it, and can come again. */
async function finish<Http>(context: WebContext<Http>, visit: SessionVisit<Http>, attempt: AuthorizationTransaction): Promise<boolean> {
  const isNew = await context.attempts.add(attempt)
  visit.setLoginCookies([context.logins.drop(attempt.state)])
  return isNew
}

/**
 * Tells whether the session that goes on may have tokens of the same grant: the same person's with the same client, or of whoever it is where the server
 * does not say. With one token of a grant many servers end them all.
 */
function mayShareGrant(session: WebSession | undefined, { issuer, client_id, subject }: TokenRecord): boolean {
  return Object.values(session?.providers ?? {}).some(
    ({ record }) =>
      record.issuer === issuer && record.client_id === client_id && (record.subject ?? subject) === (subject ?? record.subject),
  )
}

function tokenRecord(
  { token, claims }: AuthorizationResult,
  attempt: AuthorizationTransaction,
  from: { issuer: string; token_endpoint: string },
): TokenRecord {
  const { scope, resource, client_id } = attempt
  return {
    v: 1,
    ...from,
    client_id,
    token,
    generation: 0,
    grant: { type: 'authorization_code', ...(scope === undefined ? {} : { scope }), ...(resource === undefined ? {} : { resource }) },
    ...(claims === undefined ? {} : { subject: claims.sub }),
    ...(claims?.sid === undefined ? {} : { sid: claims.sid }),
  }
}

function refuse(code: AuthorizationResponseProblem, found: string, reference: string): never {
  throw new ProtocolError(code, `Authorization response refused: ${found}`, { reference })
}
