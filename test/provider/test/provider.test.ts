import type { RequestListener } from 'node:http'
import { compactDecrypt, createRemoteJWKSet, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import { afterEach, expect, test, vi } from 'vitest'
import { createBrowser, listen, login, passwordOf, startProvider } from '../src/index.ts'
import { authorizationUrl, discover, obtainTokens, token } from './flow.ts'

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
})

async function provide(...args: Parameters<typeof startProvider>) {
  const provider = await startProvider(...args)
  cleanup.push(() => provider.close())
  return provider
}

/** The place a login ends at: a server that answers 200 to everything. */
async function serve(handler: RequestListener = (_request, response) => response.end('done')) {
  const server = await listen(handler)
  cleanup.push(() => server.close())
  return server.url
}

test('alice logs in and consents in a browser, and the code at the redirect server buys tokens; nothing is printed', async () => {
  const printed = (['info', 'warn', 'error', 'log'] as const).map((method) => vi.spyOn(console, method).mockImplementation(() => {}))
  cleanup.push(() => vi.restoreAllMocks())
  const provider = await provide()
  const redirectUri = `${await serve()}/callback`
  await provider.addClient({ ...provider.client, redirect_uris: [redirectUri] })
  const endpoints = await discover(provider.issuer)
  const browser = createBrowser()

  const { url, verifier } = authorizationUrl(endpoints, provider)
  const loginPage = await browser.goto(url)
  expect(loginPage.title).toBe('Sign in')
  const consentPage = await loginPage.submit({ username: 'alice', password: 'x' })
  expect(consentPage.title).toBe('Allow access')
  const callback = await consentPage.click('Allow')

  expect(callback.status).toBe(200)
  expect(callback.url.startsWith(`${redirectUri}?`)).toBe(true)
  const params = new URL(callback.url).searchParams
  expect(params.get('iss')).toBe(provider.issuer)
  const { status, tokens } = await token(endpoints, provider, {
    grant_type: 'authorization_code',
    code: params.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: verifier,
  })
  expect(status).toBe(200)
  expect(tokens.refresh_token).toBeTruthy()
  const claims = await jwtVerify(tokens.id_token, createRemoteJWKSet(new URL(endpoints.jwks_uri)), {
    audience: 'web-app',
    issuer: provider.issuer,
  })
  expect(claims.payload.sub).toBe('alice')
  const userinfo = await fetch(endpoints.userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } })
  expect(await userinfo.json()).toMatchObject({ sub: 'alice', email: 'alice@example.com', name: 'Alice Example' })
  for (const spy of printed) expect(spy).not.toHaveBeenCalled()
  expect(provider.errors).toEqual([])
})

test('an unknown user is told so, a denied consent comes back as access_denied, PKCE is required', async () => {
  const provider = await provide()
  const endpoints = await discover(provider.issuer)
  const browser = createBrowser({ stopAt: (url) => url.pathname === '/callback' })

  const refused = await (await browser.goto(authorizationUrl(endpoints, provider).url)).submit({ username: '<b>mallory' })
  expect(refused.status).toBe(422)
  expect(refused.text).toContain('There is no such user.')
  const denied = await login(refused, { username: 'bob', consent: false })
  expect(new URL(denied.url).searchParams.get('error')).toBe('access_denied')

  const noPkce = await browser.goto(authorizationUrl(endpoints, provider, { code_challenge: '', code_challenge_method: '' }).url)
  expect(new URL(noPkce.url).searchParams.get('error')).toBe('invalid_request')
})

test('text from a request is escaped on every page', async () => {
  const provider = await provide({
    clients: [{ client_id: 'x', client_name: '<img src=x>"', redirect_uris: ['http://127.0.0.1/callback'] }],
  })
  const endpoints = await discover(provider.issuer)
  const page = await createBrowser().goto(authorizationUrl(endpoints, provider, { login_hint: '"><script>1</script>' }).url)
  expect(page.body).not.toMatch(/<img|<script/)
  expect(page.form().fields[0]?.value).toBe('"><script>1</script>')
  const error = await createBrowser().goto(authorizationUrl(endpoints, provider, { redirect_uri: 'http://evil.example/<script>' }).url)
  expect(error.status).toBe(400)
  expect(error.body).not.toContain('<script')
})

test('a refresh rotates; a spent refresh token sent again ends the whole family', async () => {
  const provider = await provide()
  const reuse = vi.fn()
  provider.events.on('reuse', reuse)
  const { tokens, endpoints } = await obtainTokens(provider)
  const refresh = (refresh_token: string) => token(endpoints, provider, { grant_type: 'refresh_token', refresh_token })

  const second = await refresh(tokens.refresh_token)
  expect(second.status).toBe(200)
  expect(second.tokens.refresh_token).not.toBe(tokens.refresh_token)
  expect(provider).toMatchObject({ reuseDetected: 0, grantRevoked: 0 })

  expect(await refresh(tokens.refresh_token)).toMatchObject({ status: 400, tokens: { error: 'invalid_grant' } })
  expect(provider).toMatchObject({ reuseDetected: 1, grantRevoked: 1 })
  expect(reuse).toHaveBeenCalledExactlyOnceWith({ clientId: 'web-app' })
  expect(await refresh(second.tokens.refresh_token)).toMatchObject({ status: 400, tokens: { error: 'invalid_grant' } })
  const userinfo = await fetch(endpoints.userinfo_endpoint, { headers: { authorization: `Bearer ${second.tokens.access_token}` } })
  expect(userinfo.status).toBe(401)
  expect(provider.tokenRequests('refresh_token')).toBe(3)
  expect(provider.tokenRequests()).toBe(4)
})

test('options: no rotation, no refresh token without offline_access, claims in the ID token', async () => {
  const still = await provide({ refreshTokenRotation: false, claimsInIdToken: true })
  const { tokens, endpoints } = await obtainTokens(still)
  const body = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
  expect((await token(endpoints, still, body)).tokens.refresh_token).toBe(tokens.refresh_token)
  expect((await token(endpoints, still, body)).status).toBe(200)
  expect(JSON.parse(atob(tokens.id_token.split('.')[1] ?? ''))).toMatchObject({ email: 'alice@example.com' })

  const strict = await provide({ alwaysIssueRefreshToken: false })
  expect((await obtainTokens(strict)).tokens.refresh_token).toBeUndefined()
  const offline = await obtainTokens(strict, { extra: { scope: 'openid offline_access', prompt: 'consent' } })
  expect(offline.tokens.refresh_token).toBeTruthy()
})

test('rotateKeys: a new kid signs, old tokens still verify, sessions and grants go on', async () => {
  const provider = await provide()
  const browser = createBrowser({ stopAt: (url) => url.pathname === '/callback' })
  const before = await obtainTokens(provider, { browser })
  await provider.rotateKeys()
  const after = await obtainTokens(provider, { browser })
  const kid = (jwt: string) => decodeProtectedHeader(jwt).kid
  expect(kid(after.tokens.id_token)).not.toBe(kid(before.tokens.id_token))
  expect(after.page.history.every(({ method }) => method === 'GET')).toBe(true)
  const keys = createRemoteJWKSet(new URL(after.endpoints.jwks_uri))
  await jwtVerify(before.tokens.id_token, keys)
  await jwtVerify(after.tokens.id_token, keys)
  expect((await token(after.endpoints, provider, { grant_type: 'refresh_token', refresh_token: before.tokens.refresh_token })).status).toBe(
    200,
  )

  await provider.rotateKeys({ keepOld: false })
  await expect(jwtVerify(after.tokens.id_token, createRemoteJWKSet(new URL(after.endpoints.jwks_uri)))).rejects.toThrow('no applicable key')
})

test.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)('signs ID tokens with %s when the client asks', async (alg) => {
  const provider = await provide({ clients: [{ id_token_signed_response_alg: alg }] })
  const { tokens, endpoints } = await obtainTokens(provider)
  expect((await jwtVerify(tokens.id_token, createRemoteJWKSet(new URL(endpoints.jwks_uri)))).protectedHeader.alg).toBe(alg)
})

test('RFC 6749 §4.3: the password grant takes one password of each user, and its refresh token is as any other', async () => {
  const provider = await provide({ clients: [{ grant_types: ['authorization_code', 'refresh_token', 'password'] }] })
  const endpoints = await discover(provider.issuer)
  const ask = (username: string, password: string) =>
    token(endpoints, provider, { grant_type: 'password', username, password, scope: 'openid email' })
  expect(await ask('alice', 'any')).toMatchObject({ status: 400, tokens: { error: 'invalid_grant' } })
  expect(await ask('mallory', passwordOf('mallory'))).toMatchObject({ status: 400, tokens: { error: 'invalid_grant' } })
  const { tokens } = await ask('alice', passwordOf('alice'))
  const userinfo = await fetch(endpoints.userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } })
  expect(await userinfo.json()).toMatchObject({ sub: 'alice', email: 'alice@example.com' })
  expect((await token(endpoints, provider, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })).status).toBe(200)
})

test('encrypts ID tokens, signs userinfo and introspection for a client that is registered so', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { extractable: true })
  const provider = await provide({
    clients: [
      {
        jwks: { keys: [{ ...(await exportJWK(publicKey)), use: 'enc' }] },
        id_token_encrypted_response_alg: 'ECDH-ES',
        userinfo_signed_response_alg: 'ES256',
        introspection_signed_response_alg: 'EdDSA',
      },
    ],
  })
  const { tokens, endpoints } = await obtainTokens(provider)
  const { plaintext } = await compactDecrypt(tokens.id_token, privateKey)
  expect(decodeProtectedHeader(new TextDecoder().decode(plaintext)).alg).toBe('RS256')
  const userinfo = await fetch(endpoints.userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } })
  expect(decodeProtectedHeader(await userinfo.text()).alg).toBe('ES256')
  const introspection = await fetch(endpoints.introspection_endpoint, {
    method: 'POST',
    headers: {
      accept: 'application/token-introspection+jwt',
      authorization: `Basic ${btoa(`${provider.client.client_id}:${provider.client.client_secret}`)}`,
    },
    body: new URLSearchParams({ token: tokens.access_token }),
  })
  expect(decodeProtectedHeader(await introspection.text())).toMatchObject({ alg: 'EdDSA', typ: 'token-introspection+jwt' })
})

test('logout at the provider tells the client over the back channel, and ends the session', async () => {
  const received: string[] = []
  const rpUrl = await serve(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    received.push(new URLSearchParams(body).get('logout_token') ?? '')
    response.end()
  })
  const provider = await provide({
    clients: [{ backchannel_logout_uri: `${rpUrl}/logout`, post_logout_redirect_uris: ['http://127.0.0.1/bye'] }],
  })
  const browser = createBrowser({ stopAt: (url) => url.pathname === '/callback' || url.pathname === '/bye' })
  const { tokens, endpoints } = await obtainTokens(provider, { browser })

  const ask = new URL(endpoints.end_session_endpoint)
  ask.search = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: 'http://127.0.0.1/bye' }).toString()
  const bye = await (await browser.goto(ask.href)).click('Yes, sign me out')
  expect(bye.url).toBe('http://127.0.0.1/bye')
  const { payload } = await jwtVerify(received[0] ?? '', createRemoteJWKSet(new URL(endpoints.jwks_uri)))
  expect(payload).toMatchObject({ sub: 'alice', events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })
  expect((await browser.goto(authorizationUrl(endpoints, provider).url)).title).toBe('Sign in')
})

test('the log names endpoints and grants and holds no secret', async () => {
  const provider = await provide()
  const { tokens, page } = await obtainTokens(provider)
  const log = JSON.stringify(provider.requests)
  for (const secret of [...Object.values(tokens), provider.client.client_secret, new URL(page.url).searchParams.get('code') ?? '']) {
    expect(log).not.toContain(String(secret))
  }
  expect(provider.requests.at(-1)).toEqual({
    method: 'POST',
    path: '/token',
    endpoint: 'token',
    grantType: 'authorization_code',
    status: 200,
  })
})

test('client metadata that the provider refuses is an error at once, and a provider that cannot start frees its port', async () => {
  const provider = await provide()
  await expect(provider.addClient({ redirect_uris: ['nonsense'] })).rejects.toThrow('redirect_uris')
  await expect(startProvider({ port: provider.port })).rejects.toThrow('EADDRINUSE')
  await expect(startProvider({ clients: [{ redirect_uris: ['nonsense'] }] })).rejects.toThrow('redirect_uris')
})
