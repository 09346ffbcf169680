import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSigner, type ResourceServer, startProvider, startResourceServer, type TestProvider } from '../src/index.ts'
import { obtainTokens, token } from './flow.ts'

let provider: TestProvider
let api: ResourceServer
beforeEach(async () => {
  provider = await startProvider()
  api = await startResourceServer({ provider })
})
afterEach(async () => {
  await api.close()
  await provider.close()
})

const call = (path: string, accessToken: string, init: RequestInit = {}) =>
  fetch(api.url + path, { ...init, headers: { ...init.headers, authorization: `Bearer ${accessToken}` } })

test('accepts a real opaque token, refuses none, a made-up one, a refresh token, a spent one and a revoked one', async () => {
  const { tokens, endpoints } = await obtainTokens(provider)
  expect(await (await call('/me', tokens.access_token)).json()).toEqual({ sub: 'alice', scope: 'openid email profile' })

  const none = await fetch(`${api.url}/me`)
  expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  for (const bad of ['made-up', tokens.refresh_token, 'a.b.c']) {
    const response = await call('/me', bad)
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
  }
  expect(provider.expireAccessTokens()).toBeGreaterThan(0)
  expect((await call('/me', tokens.access_token)).status).toBe(401)

  const fresh = await token(endpoints, provider, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
  expect((await call('/me', fresh.tokens.access_token)).status).toBe(200)
  const { client_id, client_secret } = provider.client
  await fetch(endpoints.revocation_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    body: new URLSearchParams({ token: fresh.tokens.access_token }),
  })
  expect((await call('/me', fresh.tokens.access_token)).status).toBe(401)
  expect(api.requests.map(({ authorised, status }) => [authorised, status])).toEqual([
    [true, 200],
    [false, 401],
    [false, 401],
    [false, 401],
    [false, 401],
    [false, 401],
    [true, 200],
    [false, 401],
  ])
})

test('accepts a JWT for its own audience only, and honours a rotation at once', async () => {
  const jwt = async (resource: string) =>
    (await obtainTokens(provider, { resource, extra: { scope: 'openid items:read' } })).tokens.access_token
  const mine = await jwt(api.url)
  expect(mine.split('.')).toHaveLength(3)
  expect(await (await call('/me', mine)).json()).toEqual({ sub: 'alice', scope: 'items:read' })
  expect((await call('/me', await jwt(`${api.url}/`))).status).toBe(200)
  expect((await call('/me', await jwt('http://other.example/'))).status).toBe(401)

  const forged = createSigner({ alg: 'RS256' }).sign(JSON.parse(atob(mine.split('.')[1] ?? '')), { typ: 'at+jwt' })
  expect((await call('/me', forged)).status).toBe(401)
  await provider.rotateKeys({ keepOld: false })
  expect((await call('/me', mine)).status).toBe(401)
  expect((await call('/me', await jwt(api.url))).status).toBe(200)
})

test('honours expiry', async () => {
  const short = await startProvider({ accessTokenTtl: 2 })
  const shortApi = await startResourceServer({ provider: short })
  const outlive = async (resource: string | undefined) => {
    const { tokens } = await obtainTokens(short, resource ? { resource, extra: { scope: 'openid items:read' } } : {})
    const get = async () => (await fetch(`${shortApi.url}/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).status
    const before = await get()
    await new Promise((resolve) => setTimeout(resolve, 3000))
    return [before, await get()]
  }
  try {
    expect(await Promise.all([outlive(undefined), outlive(shortApi.url)])).toEqual([
      [200, 401],
      [200, 401],
    ])
  } finally {
    await shortApi.close()
    await short.close()
  }
})

test('routes: pages, stream, echo, redirect, flaky', async () => {
  const { tokens } = await obtainTokens(provider)
  const get = (path: string, init?: RequestInit) => call(path, tokens.access_token, init)

  const ids: number[] = []
  let next: string | undefined = '/items'
  while (next) {
    const response: Response = await get(next)
    ids.push(...((await response.json()) as { items: { id: number }[] }).items.map(({ id }) => id))
    const link = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
    next = link?.slice(api.url.length)
  }
  expect(ids).toEqual(Array.from({ length: 15 }, (_, i) => i + 1))

  expect((await (await get('/stream')).arrayBuffer()).byteLength).toBe(4 * 1024 * 1024)
  const echo = await (await get('/echo', { method: 'POST', body: 'hello', headers: { 'x-a': '1' } })).json()
  expect(echo).toMatchObject({ method: 'POST', body: 'hello', headers: { 'x-a': '1' } })
  expect(JSON.stringify(echo)).not.toContain(tokens.access_token)
  const redirect = await get('/redirect?to=http://localhost:1/x', { redirect: 'manual' })
  expect([redirect.status, redirect.headers.get('location')]).toEqual([302, 'http://localhost:1/x'])
  const flaky = [
    await get('/flaky?fail=2&key=k'),
    await get('/flaky?fail=2&key=k'),
    await get('/flaky?fail=2&key=k'),
    await get('/flaky?fail=1&key=j'),
  ]
  expect(flaky.map(({ status }) => status)).toEqual([503, 503, 200, 503])
  expect(flaky[0]?.headers.get('retry-after')).toBe('0')
})

test('a provider that is gone makes it 503, not a verdict', async () => {
  const { tokens } = await obtainTokens(provider)
  await provider.close()
  expect((await call('/me', tokens.access_token)).status).toBe(503)
})
