import { EndpointError, RefreshError } from '@oauth/core'
import type { OAuth2Session, SessionOptions } from '@oauth/core/session'
import { assert, equal, failure } from './assert.ts'
import type { Case, Context } from './case.ts'

/** How the session of one package is made and used. */
export interface Adapter<Session extends OAuth2Session<unknown>> {
  readonly name: string
  session(options: SessionOptions): Session
  /** A request of the application, with the session's token; resolves for every status. */
  send(session: Session, url: string, init?: RequestInit): Promise<Response>
}

/** What a session must do, whatever HTTP client it is bound to. */
export function sessionCases<Session extends OAuth2Session<unknown>>({ name, session: make, send }: Adapter<Session>): readonly Case[] {
  const session = ({ issuer, baseUrl, clients: { RS256: client } }: Context): Session =>
    make({
      issuer,
      clientId: client.client_id,
      clientSecret: client.client_secret,
      redirectUri: `${baseUrl}/callback`,
      scope: 'openid email',
    })
  const loggedIn = async (context: Context): Promise<Session> => {
    const made = session(context)
    const { url, transaction } = await made.createAuthorizationUrl()
    await made.fetchToken({ authorizationResponse: await context.login(url), transaction })
    return made
  }
  const subject = async (response: Response): Promise<unknown> => [response.status, ((await response.json()) as { sub?: unknown }).sub]

  const cases: readonly Case[] = [
    {
      title: 'a login, and a call of the API as the person',
      async run(context) {
        const made = await loggedIn(context)
        equal(made.claims?.sub, 'alice')
        equal(await subject(await send(made, `${context.api}/me`)), [200, 'alice'])
      },
    },
    {
      title: 'S35: client credentials, and a call of the API as the client',
      async run(context) {
        const made = session(context)
        await made.fetchToken({ grantType: 'client_credentials', scope: '' })
        equal(await subject(await send(made, `${context.api}/me`)), [200, context.clients.RS256.client_id])
      },
    },
    {
      title: 'RFC 6749 §6: a refresh brings another access token and another refresh token',
      async run(context) {
        const made = await loggedIn(context)
        const before = made.token
        const after = await made.refreshToken()
        assert(after.access_token !== before?.access_token, 'the access token is the same')
        assert(after.refresh_token !== before?.refresh_token, 'the refresh token is the same')
        equal(await subject(await send(made, `${context.api}/me`)), [200, 'alice'])
      },
    },
    {
      title: 'an access token that has expired is renewed before it is sent',
      async run(context) {
        const made = await loggedIn(context)
        const refreshes = await context.refreshes()
        const old = made.token
        assert(old !== undefined, 'there is no token')
        await made.setToken({ ...old, expires_at: 1 })
        equal(await subject(await send(made, `${context.api}/me`)), [200, 'alice'])
        equal((await context.refreshes()) - refreshes, 1)
      },
    },
    {
      title: 'RF01: calls at the same time whose token is refused make one refresh, and are all answered',
      async run(context) {
        const made = await loggedIn(context)
        const refreshes = await context.refreshes()
        await context.expireAccessTokens()
        const answers = await Promise.all(Array.from({ length: 5 }, () => send(made, `${context.api}/me`)))
        equal(
          await Promise.all(answers.map(subject)),
          Array.from({ length: 5 }, () => [200, 'alice']),
        )
        equal((await context.refreshes()) - refreshes, 1)
      },
    },
    {
      title: 'a call with a body whose token is refused is repeated with its body',
      async run(context) {
        const made = await loggedIn(context)
        await context.expireAccessTokens()
        const headers = { 'content-type': 'text/plain' }
        const answer = await send(made, `${context.api}/echo`, { method: 'POST', headers, body: 'Grüße' })
        equal(((await answer.json()) as { body: unknown }).body, 'Grüße')
      },
    },
    {
      title: 'RFC 6750 §2.3: a token in the query goes there, and the body of the call stays',
      async run({ hostile, issuer }) {
        const made = make({ issuer, clientId: 'client', tokenPlacement: 'query' })
        await made.setToken({ access_token: 'abc', expires_in: 3600 })
        const headers = { 'content-type': 'text/plain' }
        const answer = await send(made, `${hostile}/echo?a=1`, { method: 'POST', headers, body: 'Grüße' })
        equal(await answer.json(), { method: 'POST', url: '/echo?a=1&access_token=abc', body: 'Grüße' })
      },
    },
    {
      title: 'a large answer can be read as a stream',
      async run(context) {
        const made = await loggedIn(context)
        const { body } = await send(made, `${context.api}/stream`)
        assert(body !== null, 'there is no body')
        let size = 0
        const reader = body.getReader()
        for (let part = await reader.read(); !part.done; part = await reader.read()) size += part.value.length
        equal(size, 4 * 1024 * 1024)
      },
    },
    {
      title: 'OpenID Connect Core §5.3: user info of the person who logged in',
      async run(context) {
        const { sub, email } = await (await loggedIn(context)).userinfo()
        equal([sub, email], ['alice', 'alice@example.com'])
      },
    },
    {
      title: 'RFC 7009 §2: tokens that are revoked are forgotten here, and of no use there',
      async run(context) {
        const made = await loggedIn(context)
        const old = made.token
        assert(old !== undefined, 'there is no token')
        await made.revokeToken()
        equal(made.token, undefined)
        await made.setToken(old)
        const error = await failure(made.refreshToken())
        assert(error instanceof RefreshError && error.cause instanceof EndpointError, `${error.name} is no RefreshError by the endpoint`)
        equal([error.code, error.cause.error], ['OAUTH_REFRESH_TERMINAL', 'invalid_grant'])
      },
    },
    {
      title:
        'RD09: neither token nor API key go along where a redirect leads to another origin; in a browser the key does, where that origin takes it',
      async run({ hostile, elsewhere, issuer }) {
        const made = make({ issuer, clientId: 'client' })
        await made.setToken({ access_token: 'abc', expires_in: 3600 })
        const headers = { 'content-type': 'text/plain', 'x-api-key': 'key' }
        const answer = await send(made, `${hostile}/away`, { method: 'POST', headers, body: 'Grüße' })
        equal([answer.status, answer.redirected, answer.url], [200, true, `${elsewhere}/echo`])
        const key = isBrowser() ? { key: 'key' } : {}
        equal(await answer.json(), { method: 'POST', url: '/echo', ...key, body: 'Grüße' })
      },
    },
    {
      title: 'RD09: the same where that origin asks scripts of other sites for no header: in a browser nothing is sent there',
      async run({ hostile, issuer }) {
        const made = make({ issuer, clientId: 'client' })
        await made.setToken({ access_token: 'abc', expires_in: 3600 })
        const headers = { 'content-type': 'text/plain', 'x-api-key': 'key' }
        const sending = send(made, `${hostile}/away-to-guarded`, { method: 'POST', headers, body: 'Grüße' })
        equal(
          await sending.then(
            ({ status }) => status,
            () => 'failed',
          ),
          isBrowser() ? 'failed' : 200,
        )
      },
    },
    {
      title: 'RD10: the token does not go to an origin that is not allowed',
      async run(context) {
        const made = await loggedIn(context)
        equal((await failure(send(made, 'http://api.example.invalid/'))).code, 'OAUTH_ORIGIN_NOT_ALLOWED')
      },
    },
  ]
  return cases.map(({ title, run }) => ({ title: `${name}: ${title}`, run }))
}

/** Browsers show redirects to nobody, and ask the other origin first. */
function isBrowser(): boolean {
  return navigator.userAgent.startsWith('Mozilla/')
}
