import { isOAuthError } from '../error/any-oauth-error.js'
import { finishAuthorization } from '../flow/authorization-code.js'
import type { Flow } from '../flow/flow.js'
import { quietly } from '../flow/quietly.js'
import type { AuthorizationResult } from '../flow/redeem-code.js'
import type { Form } from '../http/form.js'
import { assertCurrent } from '../message/assert-current.js'
import { authorizationResponse, refuseAnswer, refuseDuplicates } from '../message/authorization-response.js'
import { endpointUrl, type ServerMetadata, serverIdentity } from '../metadata/server-metadata.js'
import type { TokenRecord } from '../session/token-record.js'
import { type AuthorizationTransaction, assertInTime } from '../transaction/authorization-transaction.js'
import { beginSession } from './begin-session.js'
import { assertBegunHere } from './begun-here.js'
import { findAttempt } from './find-attempt.js'
import { expectFrontchannelLogout } from './frontchannel-logout.js'
import { landing } from './landing.js'
import { queryOf } from './login.js'
import { loginClaims } from './login-claims.js'
import { idOf } from './login-cookies.js'
import { assertTellsIssuer } from './mix-up.js'
import { decideOn } from './new-login.js'
import { type Provider, revokeTokens } from './provider.js'
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
    refuseAnswer('OAUTH_PROVIDER_MISMATCH', 'the login was started at another provider', 'RFC 9700 §4.4.2.2')

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
    askNoMore(context, visit, attempt)
    // To the question whether somebody is logged in there it is the answer.
    if (!attempt.silent || !NEEDS_A_PERSON.includes(error.error)) throw error
    return landing(context, attempt)
  }
  // Of two requests with the same answer only one goes on.
  if (!(await finish(context, visit, attempt)))
    refuseAnswer('OAUTH_TRANSACTION_USED', 'it was already used. Start the login again', 'RFC 9700 §2.1')

  try {
    const refused = yield* redeem(context, visit, { provider, attempt, parameters, server })
    if (refused !== undefined) askNoMore(context, visit, attempt)
    return refused === undefined ? landing(context, attempt) : redirect(refused)
  } catch (error) {
    askNoMore(context, visit, attempt)
    throw error
  }
}

/** An answer that belongs to an attempt, and what it takes to redeem it. */
interface Redeemable<Http> {
  readonly provider: Provider<Http>
  readonly attempt: AuthorizationTransaction
  readonly parameters: Form
  readonly server: ServerMetadata
}

/** Redeems the code, and begins the session of whoever has logged in, unless the application refuses them: then gives where the browser goes. */
async function* redeem<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  { provider, attempt, parameters, server }: Redeemable<Http>,
): Flow<string | undefined> {
  const { registration } = provider
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
  async function* giveBack(): Flow<void> {
    if (!mayShareGrant(visit.newest, record)) yield* quietly(revokeTokens(provider, record.token, context.environment))
  }
  try {
    const user = yield* loginClaims(context, provider, { record, claims: result.claims, server })
    const decision = await decideOn({ provider: provider.name, user, token: record.token, link: attempt.link === true }, context)
    if ('refuse' in decision) {
      yield* giveBack()
      return decision.refuse
    }
    const login = { claims: decision.user, record, attempt: idOf(attempt.state), ...tenantOf(provider) }
    await expectFrontchannelLogout(context, server, login)
    await beginSession(context, visit, { name: provider.name, login, attempt })
    return undefined
  } catch (error) {
    yield* giveBack()
    throw error
  }
}

/** A page that asks in silence is for anybody: who goes back to it after a login that failed is to see it, and not to be sent away again. */
function askNoMore<Http>({ logins }: WebContext<Http>, visit: SessionVisit<Http>, { silent }: AuthorizationTransaction): void {
  if (silent) visit.setLoginCookies([logins.quiet])
}

/** The parameters of the answer, from where this provider was asked to put them. */
function answerOf<Http>({ request }: SessionVisit<Http>, { options }: Provider<Http>): Form | RouteResponse {
  const formPost = options.responseMode === 'form_post'
  if ((request.method === 'POST') !== formPost) {
    refuseAnswer(
      'OAUTH_MODE_MISMATCH',
      `it came by ${request.method}, but was asked for by ${formPost ? 'form_post' : 'query'}`,
      'OAuth 2.0 Form Post Response Mode §2',
    )
  }
  if (!formPost) return queryOf(request.url)
  if (request.body?.kind === 'form') return request.body.pairs
  return plain(request.body?.kind === 'too_large' ? 413 : 415, 'The answer must be a form.')
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
