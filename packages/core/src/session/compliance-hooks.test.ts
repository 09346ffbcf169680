import { describe, expect, it } from 'vitest'
import { thrown } from '../../test/answers.js'
import { formDecode } from '../http/form.js'
import { addToForm, type HttpRequest } from '../http/http-request.js'
import { API, AS, answer, json, sessionOver, testClock, wire } from './testing/fixture.js'

const TOKEN = { access_token: 'a', token_type: 'Bearer', expires_in: 3600 }
const mark = (name: string) => (request: HttpRequest) => addToForm(request, [[name, '1']])

function namesIn({ body = '' }: Pick<HttpRequest, 'body'>): readonly string[] {
  return formDecode(body).map(([name]) => name)
}

describe('S62: registerComplianceHook', () => {
  it('refuses a type that does not exist, and what is no function', async () => {
    const session = sessionOver(wire(() => json(TOKEN)))
    const hook = (request: HttpRequest) => request
    expect(await thrown(() => session.registerComplianceHook('token_request' as 'access_token_request', hook))).toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('Types: access_token_request, access_token_response'),
    })
    expect(await thrown(() => session.registerComplianceHook('access_token_request', 'x' as never))).toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('a function is needed after the type'),
    })
  })

  it('C24: hooks of one type run in order of registration, each with what the one before returned, asynchronous ones too', async () => {
    const line = wire(() => json(TOKEN))
    const session = sessionOver(line, { tokenEndpointAuthMethod: 'client_secret_post' })
    session.registerComplianceHook('access_token_request', mark('first'))
    session.registerComplianceHook('access_token_request', async (request) => mark('second')(request))
    session.registerComplianceHook('access_token_request', mark('third'))
    await session.fetchToken()
    expect(namesIn(line.requests[0] ?? {})).toEqual(['grant_type', 'first', 'second', 'third', 'client_id', 'client_secret'])
  })

  it('the same function twice runs twice', async () => {
    const line = wire(() => json(TOKEN))
    const session = sessionOver(line)
    const hook = mark('again')
    session.registerComplianceHook('access_token_request', hook)
    session.registerComplianceHook('access_token_request', hook)
    await session.fetchToken()
    expect(namesIn(line.requests[0] ?? {})).toEqual(['grant_type', 'again', 'again'])
  })

  it('one that fails is the caller’s own error, and nothing was sent', async () => {
    const line = wire(() => json(TOKEN))
    const session = sessionOver(line)
    const own = new Error('mine')
    session.registerComplianceHook('access_token_request', () => Promise.reject(own))
    expect(await thrown(() => session.fetchToken())).toBe(own)
    expect(line.requests).toHaveLength(0)
  })

  it.each(['access_token_request', 'access_token_response', 'protected_request'] as const)(
    'C24: a hook of type %s that returns nothing is told so',
    async (type) => {
      const session = sessionOver(wire(() => json(TOKEN)))
      for (const hook of [() => undefined, async () => undefined]) session.registerComplianceHook(type, hook as never)
      const error = await thrown(async () => {
        await session.fetchToken()
        await session.http(`${API}/me`)
      })
      expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining(`"${type}" returned undefined`) })
    },
  )

  it.each([
    ['access_token_request', { headers: {} }, 'a request: what it was given'],
    ['access_token_request', { url: AS }, 'a request: what it was given'],
    ['access_token_request', null, 'a request: what it was given'],
    ['protected_request', { method: 'GET' }, 'a request: what it was given'],
    ['protected_request', [], 'a request: what it was given'],
    ['access_token_response', TOKEN, '{ json: { … } }'],
    ['access_token_response', { json: undefined }, '{ json: { … } }'],
    ['access_token_response', { json: 'a' }, '{ json: { … } }'],
    ['access_token_response', { status: 200, headers: {}, body: '{}' }, '{ json: { … } }'],
  ] as const)('C24: a hook of type %s that returns %j is told what to return', async (type, value, advice) => {
    for (const hook of [() => value, async () => value]) {
      const session = sessionOver(wire(() => json(TOKEN)))
      session.registerComplianceHook(type, hook as never)
      const error = await thrown(async () => {
        await session.fetchToken()
        await session.http(`${API}/me`)
      })
      expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining(`A hook of type "${type}" returned`) })
      expect(error).toHaveProperty('message', expect.stringContaining(advice))
    }
  })
})

describe('S63: where hooks are called', () => {
  it('access_token_request before client authentication; a renewal by refresh token does not call it', async () => {
    const line = wire(() => json({ ...TOKEN, refresh_token: 'r2' }))
    const session = sessionOver(line, { tokenEndpointAuthMethod: 'client_secret_post', token: { access_token: 'a', refresh_token: 'r' } })
    session.registerComplianceHook('access_token_request', mark('access'))
    session.registerComplianceHook('refresh_token_request', mark('refresh'))
    await session.refreshToken()
    expect(namesIn(line.requests[0] ?? {})).toEqual(['grant_type', 'refresh_token', 'refresh', 'client_id', 'client_secret'])
  })

  it('refresh_token_request also when the token is renewed by itself', async () => {
    const clock = testClock()
    const line = wire(() => json(TOKEN))
    const session = sessionOver(line, {
      environment: clock,
      token: { access_token: 'old', refresh_token: 'r', expires_at: clock.time - 1 },
    })
    session.registerComplianceHook('refresh_token_request', mark('refresh'))
    await session.http(`${API}/me`)
    expect(namesIn(line.requests[0] ?? {})).toContain('refresh')
  })

  it('client credentials are asked for again with the access_token hooks', async () => {
    const clock = testClock()
    const line = wire(() => json(TOKEN))
    const session = sessionOver(line, { environment: clock })
    session.registerComplianceHook('access_token_request', mark('access'))
    await session.fetchToken()
    clock.time += 3600
    await session.http(`${API}/me`)
    expect(line.requests.map(namesIn)).toEqual([
      ['grant_type', 'access'],
      ['grant_type', 'access'],
    ])
  })

  it('S24: quirks of token requests come first, so that hooks have the request as it is sent; other requests have none', async () => {
    const line = wire(() => json({ ...TOKEN, refresh_token: 'r' }))
    const session = sessionOver(line, { quirks: { getTokenRequest: true } })
    session.registerComplianceHook('access_token_request', (request) => ({ ...request, url: `${request.url}&method=${request.method}` }))
    await session.fetchToken()
    await session.refreshToken()
    expect(line.requests.map(({ method, body }) => [method, body])).toEqual([
      ['GET', undefined],
      ['GET', undefined],
    ])
    expect(new URL(line.requests[0]?.url ?? '').searchParams.get('method')).toBe('GET')
    expect(new URL(line.requests[1]?.url ?? '').searchParams.get('refresh_token')).toBe('r')
  })

  it('access_token_response before the answer is read, whatever its status', async () => {
    const session = sessionOver(wire(() => answer(503, 'access_token=a&expires=60', { 'content-type': 'text/plain' })))
    const seen: number[] = []
    session.registerComplianceHook('access_token_response', (response) => {
      seen.push(response.status)
      return { ...json(TOKEN), status: 200 }
    })
    expect(await session.fetchToken()).toMatchObject({ access_token: 'a' })
    expect(seen).toEqual([503])
  })

  it('S64: a response hook may say in JSON what the answer should have said', async () => {
    const session = sessionOver(wire(() => answer(200, 'access_token=a&expires=60', { 'content-type': 'text/plain' })))
    session.registerComplianceHook('access_token_response', ({ body }) => {
      const { expires, ...rest } = Object.fromEntries(formDecode(new TextDecoder().decode(body)))
      return { json: { ...rest, token_type: 'Bearer', expires_in: Number(expires) } }
    })
    expect(await session.fetchToken()).toMatchObject({ access_token: 'a', token_type: 'Bearer', expires_in: 60 })
  })

  it('refresh_token_response for refreshes alone', async () => {
    const session = sessionOver(
      wire(() => json({ renewed: 'b' })),
      { token: { access_token: 'a', refresh_token: 'r' } },
    )
    session.registerComplianceHook('access_token_response', () => Promise.reject(new Error('not for a refresh')))
    session.registerComplianceHook('refresh_token_response', async () => ({ json: { ...TOKEN, access_token: 'b' } }))
    expect(await session.refreshToken()).toMatchObject({ access_token: 'b', refresh_token: 'r' })
  })

  it('revoke_token_request before client authentication', async () => {
    const line = wire(() => answer(200))
    const session = sessionOver(line, { tokenEndpointAuthMethod: 'client_secret_post', token: { access_token: 'a' } })
    session.registerComplianceHook('revoke_token_request', mark('marked'))
    await session.revokeToken()
    expect(namesIn(line.requests[0] ?? {})).toEqual(['token', 'marked', 'client_id', 'client_secret'])
  })

  it('protected_request after the token was put on the request', async () => {
    const line = wire(() => json(TOKEN))
    const session = sessionOver(line, { token: { access_token: 'a' } })
    const seen: (string | undefined)[] = []
    session.registerComplianceHook('protected_request', async (request) => {
      seen.push(request.headers['authorization'])
      return { ...request, url: `${request.url}?site=stackoverflow` }
    })
    await session.http(`${API}/me`)
    expect(seen).toEqual(['Bearer a'])
    expect(line.sent).toEqual([{ url: `${API}/me?site=stackoverflow`, authorization: 'Bearer a' }])
  })

  it('protected_request sets what it changed, and nothing that the request has by itself', async () => {
    const line = wire(() => json(TOKEN))
    const session = sessionOver(line, { token: { access_token: 'a' } })
    session.registerComplianceHook('protected_request', (request) => ({ ...request, headers: { ...request.headers, 'X-Site': 'b' } }))
    await session.http(`${API}/me`, { headers: { accept: 'text/plain', 'content-length': '7' } })
    expect(line.added).toEqual([{ authorization: 'Bearer a', 'x-site': 'b' }])
  })

  it('RD10: protected_request leads no token to where it may not go', async () => {
    const line = wire(() => json(TOKEN))
    const session = sessionOver(line, { token: { access_token: 'a' }, allowedOrigins: [API] })
    session.registerComplianceHook('protected_request', (request) => ({ ...request, url: 'https://elsewhere.example/' }))
    expect(await thrown(() => session.http(`${API}/me`))).toMatchObject({ code: 'OAUTH_ORIGIN_NOT_ALLOWED' })
    expect(line.sent).toHaveLength(0)
  })

  it('protected_request leaves requests alone that want no token (S48)', async () => {
    const line = wire(() => json(TOKEN))
    const session = sessionOver(line)
    session.registerComplianceHook('protected_request', () => Promise.reject(new Error('not called')))
    await session.http(`${AS}/open`, { withholdToken: true })
    expect(line.sent).toHaveLength(1)
  })
})
