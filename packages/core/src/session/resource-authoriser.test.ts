import { describe, expect, it } from 'vitest'
import { allowedOrigins, resourceAuthoriser } from './resource-authoriser.js'
import { API, answer, sessionOver, testClock, wire } from './testing/fixture.js'
import { slowStore } from './testing/stores.js'
import type { TokenRecord } from './token-record.js'

const RECORD = { token: { access_token: 'a', token_type: 'Bearer' } } as TokenRecord

function authoriser(origins?: readonly string[], baseUrl?: string) {
  const asked: string[] = []
  const made = resourceAuthoriser({
    environment: testClock(),
    current: () => {
      asked.push('current')
      return RECORD
    },
    rejected: async () => true,
    allowedOrigins: allowedOrigins(origins, baseUrl),
  })
  return {
    asked,
    authorise: (url: string, extra = {}) =>
      made.authorise(
        {
          method: 'GET',
          url,
          headers: {},
          replayable: true,
          ...extra,
        },
        1,
      ),
    made,
  }
}

describe('S47: a request without a token', () => {
  it('is refused before it is sent', async () => {
    const line = wire(() => answer(500))
    await expect(sessionOver(line).http(`${API}/me`)).rejects.toMatchObject({
      name: 'UsageError',
      code: 'OAUTH_MISSING_TOKEN',
    })
    expect(line.sent).toHaveLength(0)
  })

  it('also with a store that answers late', async () => {
    const clock = testClock()
    const line = wire(() => answer(500))
    const session = sessionOver(line, {
      environment: clock,
      store: slowStore(clock.now),
      key: 'alice',
    })
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
  })
})

describe('S48: a request that wants none', () => {
  it('withholdToken sends it as it is; its 401 is nobody’s business here', async () => {
    const line = wire(
      () => answer(500),
      () => 401,
    )
    expect(await sessionOver(line).http(`${API}/me`, { withholdToken: true })).toBe(401)
    expect(line.sent).toEqual([
      {
        url: `${API}/me`,
        authorization: undefined,
      },
    ])
  })

  it('also where there is a token that could be tried instead', async () => {
    const line = wire(
      () => answer(500),
      () => 401,
    )
    const session = sessionOver(line, { token: { access_token: 'a', refresh_token: 'r' } })
    expect(await session.http(`${API}/me`, { withholdToken: true })).toBe(401)
    expect(line.sent).toHaveLength(1)
    expect(line.requests).toHaveLength(0)
  })

  it('an authorization of its own stays, and is no reason to look for a token', async () => {
    const { asked, authorise } = authoriser()
    expect(await authorise(API, { headers: { authorization: 'Basic x' } })).toEqual({
      url: API,
      headers: {},
      tokenHash: '',
    })
    expect(asked).toHaveLength(0)
  })
})

describe('RD10: where a token is sent', () => {
  it.each([
    ['https anywhere', 'https://api.example/x', undefined, undefined],
    ['http on loopback', 'http://127.0.0.1:8080/', undefined, undefined],
    ['http on localhost', 'http://localhost/', undefined, undefined],
    ['the origin of the base URL', 'https://api.example/v2', undefined, 'https://api.example/v1/'],
    ['an origin that is named', 'https://b.example/', ['https://a.example', 'https://b.example/path'], 'https://c.example'],
    ['http, when it is named', 'http://internal.example/', ['http://internal.example'], undefined],
  ])('%s: yes', async (_name, url, origins, baseUrl) => {
    expect((await authoriser(origins, baseUrl).authorise(url)).headers).toEqual({ authorization: 'Bearer a' })
  })

  it.each([
    ['http beyond loopback', 'http://api.example/', undefined, undefined],
    ['a name that only looks like loopback', 'http://127.0.0.1.evil.example/', undefined, undefined],
    ['localhost with a suffix', 'http://localhost.evil.example/', undefined, undefined],
    ['another scheme', 'ftp://api.example/', undefined, undefined],
    ['no absolute URL', '/path', undefined, undefined],
    ['another origin than the base URL', 'https://evil.example/', undefined, 'https://api.example'],
    ['RD04: a suffix of it', 'https://api.example.evil.example/', undefined, 'https://api.example'],
    ['RD04: it as a user name', 'https://api.example@evil.example/', undefined, 'https://api.example'],
    ['another port', 'https://api.example:8443/', undefined, 'https://api.example'],
    ['the base URL, when others are named', 'https://api.example/', ['https://a.example'], 'https://api.example'],
    ['none is named', 'https://api.example/', [], undefined],
  ])('%s: no, and nothing is asked for', async (_name, url, origins, baseUrl) => {
    const { asked, authorise } = authoriser(origins, baseUrl)
    expect(() => authorise(url)).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        code: 'OAUTH_ORIGIN_NOT_ALLOWED',
      }),
    )
    expect(asked).toHaveLength(0)
  })

  it('the refusal names the origin, not the query, which may hold secrets', () => {
    expect(() => authoriser(['https://a.example']).authorise('https://evil.example/?key=canary')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('canary') }),
    )
  })
})

describe('answers', () => {
  it.each([200, 403, 500])('%i: done', async (status) => {
    const { made, authorise } = authoriser()
    expect(
      await made.answered(await authorise(API), {
        status,
        headers: {},
      }),
    ).toBe('done')
  })
})

describe('S5: options of one call', () => {
  it('a misspelt one is refused, and no token is sent', async () => {
    const line = wire(() => answer(500))
    const session = sessionOver(line, { token: { access_token: 'a' } })
    await expect(session.http(`${API}/me`, { witholdToken: true } as never)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/no option "witholdToken".*withholdToken/),
    })
    expect(line.sent).toHaveLength(0)
  })

  it('those that exist are all taken', async () => {
    const { authorise } = authoriser()
    expect(await authorise(`${API}/me`, { options: { withholdToken: undefined, resource: 'r', provider: 'p' } })).toMatchObject({
      headers: { authorization: 'Bearer a' },
    })
  })
})

describe('quirks of an API', () => {
  const token = { access_token: 'a' }

  it('S64: resourceQuery and resourceHeaders go with every request that carries the token', async () => {
    const line = wire(() => answer(500))
    const quirks = { resourceQuery: { site: 'stackoverflow' }, resourceHeaders: { 'Client-ID': 'mine' } }
    await sessionOver(line, { token, quirks }).http(`${API}/me?projection=(id)`)
    expect(line.sent[0]).toMatchObject({ url: `${API}/me?projection=(id)&site=stackoverflow`, authorization: 'Bearer a' })
    expect(line.added[0]).toMatchObject({ 'client-id': 'mine' })
  })

  it('S49: tokenParameter names the token in the query, and says that it fired', async () => {
    const clock = testClock()
    const line = wire(() => answer(500))
    const options = { environment: clock, token, tokenPlacement: 'query', quirks: { tokenParameter: 'token' } } as const
    await sessionOver(line, options).http(`${API}/me`)
    expect(line.sent[0]).toMatchObject({ url: `${API}/me?token=a`, authorization: undefined })
    expect(clock.events).toContainEqual(expect.objectContaining({ type: 'quirk' }))
  })
})
