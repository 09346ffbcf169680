import { inspect } from 'node:util'
import { gotTransport, isOAuthError, OAuth2Session } from '@oauth/node-got'
import { type FaultAnswer, type HostileServer, startHostileServer } from '@oauth-test/provider'
import got from 'got'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const SECRETS = ['the-client-secret', 'canary-refresh', 'canary-access', 'canary-password']
const TOKEN = { access_token: 'new', token_type: 'Bearer', expires_in: 3600 }

let as: HostileServer
let other: HostileServer
beforeEach(async () => {
  as = await startHostileServer()
  other = await startHostileServer()
  as.answer('discovery', { body: as.metadata() })
})
afterEach(async () => {
  await as.close()
  await other.close()
})

async function session(options: object = {}): Promise<OAuth2Session> {
  const made = new OAuth2Session({ issuer: as.url, clientId: 'client', clientSecret: 'the-client-secret', ...options })
  await made.setToken({ access_token: 'canary-access', refresh_token: 'canary-refresh', expires_in: 3600 })
  return made
}

/** What a call ends with; everything a logger could print of it is free of secrets. */
async function failure(
  call: Promise<unknown>,
): Promise<{ readonly name: string; readonly code: string; readonly reason?: string; readonly cause?: { readonly code?: string } }> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isOAuthError(error)) throw new Error('it did not end with an error of this library', { cause: error })
  const printed = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error) + error.stack
  for (const secret of SECRETS) expect(printed).not.toContain(secret)
  expect(printed).not.toContain(btoa('client:the-client-secret'))
  return error as never
}

describe('RD08: redirects of the authorization server are never followed', () => {
  it.each([301, 302, 303, 307, 308].flatMap((status) => [[status, 'the same'] as const, [status, 'another'] as const]))(
    'token endpoint: %i to %s origin',
    async (status, origin) => {
      as.answer('token', { fault: 'redirect', status, location: origin === 'another' ? `${other.url}/token` : '/stolen' })
      as.answer('/stolen', { body: TOKEN })
      other.answer('token', { body: TOKEN })
      const error = await failure((await session()).refreshToken())
      expect(error.cause).toMatchObject({ code: 'OAUTH_REDIRECT' })
      expect(as.requestsTo('token')).toHaveLength(1)
      expect(as.requestsTo('/stolen')).toHaveLength(0)
      expect(other.requests).toHaveLength(0)
    },
  )

  it('JK07: discovery', async () => {
    as.answer('discovery', { fault: 'redirect', location: `${other.url}/.well-known/openid-configuration` })
    expect(await failure((await session()).server())).toMatchObject({ code: 'OAUTH_REDIRECT' })
    expect(other.requests).toHaveLength(0)
  })

  it('userinfo', async () => {
    as.answer('userinfo', { fault: 'redirect', location: `${other.url}/userinfo` })
    expect(await failure((await session()).userinfo())).toMatchObject({ code: 'OAUTH_REDIRECT' })
    expect(other.requests).toHaveLength(0)
  })
})

describe('RX: bodies and times without an end', () => {
  it.each<FaultAnswer['fault']>(['endless', 'gzip-bomb'])('RX01/RX02/F11: %s from the token endpoint', async (fault) => {
    as.answer('token', { fault })
    expect((await failure((await session()).refreshToken())).cause).toMatchObject({ code: 'OAUTH_TOO_LARGE' })
  })

  it.each<FaultAnswer['fault']>(['endless', 'gzip-bomb'])('RX01/RX02: %s from discovery', async (fault) => {
    as.answer('discovery', { fault })
    expect(await failure((await session()).server())).toMatchObject({ code: 'OAUTH_TOO_LARGE' })
  })

  it('F11: a gzip bomb costs no memory to speak of', async () => {
    as.answer('token', { fault: 'gzip-bomb' })
    const tested = await session()
    await failure(tested.refreshToken())
    const before = process.memoryUsage().rss
    for (let i = 0; i < 5; i += 1) await failure(tested.refreshToken())
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024)
  })

  it.each<FaultAnswer['fault']>(['silence', 'drip'])('RX03/RX04/F08: %s ends at the total time', async (fault) => {
    as.answer('token', { fault })
    const request = {
      endpoint: 'token',
      method: 'POST',
      url: `${as.url}/token`,
      headers: {},
      body: 'password=canary-password',
      maxBytes: 1000,
      timeoutMs: 1200,
    } as const
    const start = performance.now()
    expect(await failure(gotTransport()(request, {}))).toMatchObject({ code: 'OAUTH_TIMEOUT', sent: 'maybe' })
    expect(performance.now() - start).toBeLessThan(3000)
  })

  it.each<FaultAnswer['fault']>(['reset', 'reset-mid-body', 'truncated'])(
    'F04/F05: %s is sent once, and a refresh token is kept for one more try',
    async (fault) => {
      as.answer('token', { fault }, { body: TOKEN })
      const tested = await session()
      expect(await failure(tested.refreshToken())).toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT', cause: { code: 'OAUTH_RESET' } })
      expect(as.requestsTo('token')).toHaveLength(1)
      expect(await tested.refreshToken()).toMatchObject({ access_token: 'new', refresh_token: 'canary-refresh' })
    },
  )
})

describe('answers that are none', () => {
  it('TR14: an HTML page of a proxy is transient, and its text is not repeated', async () => {
    as.answer('token', { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>canary-password</html>' })
    const error = await failure((await session()).refreshToken())
    expect(error).toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT', cause: { code: 'OAUTH_RESPONSE_STATUS', status: 502 } })
    expect(as.requestsTo('token')).toHaveLength(1)
  })

  it('TR18: cookies of the server are not kept, not even by an instance with a jar', async () => {
    const stored: string[] = []
    const cookieJar = { setCookie: async (cookie: string) => stored.push(cookie), getCookieString: async () => stored.join('; ') }
    for (const endpoint of ['discovery', 'token', 'userinfo'] as const) {
      const body = { discovery: as.metadata(), token: TOKEN, userinfo: { sub: 'alice' } }[endpoint]
      as.answer(endpoint, { headers: { 'set-cookie': 'sid=1' }, body })
    }
    const tested = await session({ http: got.extend({ cookieJar }) })
    await tested.refreshToken()
    await tested.userinfo()
    await tested.refreshToken()
    expect(stored).toEqual([])
    for (const { headers } of as.requests) expect(headers).not.toHaveProperty('cookie')
  })

  it('LG02/LG05: an error that repeats the request’s secrets is stripped of them', async () => {
    as.answer('token', ({ body }) => ({
      status: 400,
      body: { error: 'invalid_request', error_description: `got ${body} and canary-refresh` },
    }))
    expect(await failure((await session()).refreshToken())).toMatchObject({ name: 'EndpointError', error: 'invalid_request' })
  })
})

describe('UI06: userinfo', () => {
  it('401 renews once and asks once more', async () => {
    as.answer('userinfo', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }, { body: { sub: 'alice' } })
    as.answer('token', { body: TOKEN })
    expect(await (await session()).userinfo()).toMatchObject({ sub: 'alice' })
    expect(as.requestsTo('token')).toHaveLength(1)
    expect(as.requestsTo('userinfo').map(({ headers }) => headers.authorization)).toEqual(['Bearer canary-access', 'Bearer new'])
  })

  it.each([403, 500])('%i renews nothing', async (status) => {
    as.answer('userinfo', { status })
    await failure((await session()).userinfo())
    expect(as.requestsTo('token')).toHaveLength(0)
    expect(as.requestsTo('userinfo')).toHaveLength(1)
  })
})
