import { isOAuthError } from '@oauth/ky'
import ky, { isKyError, type Options } from 'ky'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { json, startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

describe('where the token goes', () => {
  it.each([307, 308])('RD09: a %i with a token in the body is not followed: fetch would take the body to any origin', async (status) => {
    const session = await world.session({ tokenPlacement: 'body' })
    world.on('/away', (_seen, response) => response.writeHead(status, { location: `${world.elsewhere}/got` }).end())
    const body = new URLSearchParams({ a: '1' })
    await expect(session.http.post(`${world.api}/away`, { body })).rejects.toMatchObject({ name: 'HTTPError', response: { status } })
    expect(world.seen.map((seen) => seen.body)).toEqual(['a=1&access_token=access-1'])
    expect(world.seenElsewhere).toHaveLength(0)
  })

  it('a form that a hook has seen and left as it is is followed', async () => {
    const session = await world.session()
    session.registerComplianceHook('protected_request', (request) => request)
    world.on('/away', (_seen, response) => response.writeHead(307, { location: `${world.elsewhere}/got` }).end())
    await session.http.post(`${world.api}/away`, { body: new URLSearchParams({ a: '1' }) })
    expect(world.seenElsewhere.map((seen) => seen.body)).toEqual(['a=1'])
    expect(world.seenElsewhere[0]?.headers.authorization).toBeUndefined()
  })

  it('a 401 of the origin where a redirect led renews nothing: it had no token to reject', async () => {
    const session = await world.session()
    world.on('/away', (_seen, response) => response.writeHead(302, { location: `${world.elsewhere}/no` }).end())
    world.answerElsewhere(401)
    expect((await session.http.get(`${world.api}/away`, { throwHttpErrors: false })).status).toBe(401)
    expect(world.tokenRequests).toHaveLength(0)
    expect(world.seen).toHaveLength(1)
  })

  it('a redirect within the origin keeps it, and a 401 at its end is answered by a renewal', async () => {
    const session = await world.session()
    world.forget()
    world.on('/old', (_seen, response) => response.writeHead(302, { location: '/me' }).end())
    expect((await session.http.get(`${world.api}/old`)).status).toBe(200)
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-1', 'Bearer access-2', 'Bearer access-2'])
  })

  it('RD10: a retry that a hook leads to another origin goes there without the token', async () => {
    const session = await world.session()
    world.on('/flaky', (_seen, response) => json(response, 503, {}))
    await session.http.get(`${world.api}/flaky`, {
      retry: { delay: () => 0 },
      hooks: { beforeRetry: [() => new Request(`${world.elsewhere}/backup`)] },
    })
    expect(world.authorizations()).toEqual(['Bearer access-1'])
    expect(world.seenElsewhere).toHaveLength(1)
    expect(world.seenElsewhere[0]?.headers.authorization).toBeUndefined()
  })

  it.each<[string, (at: string) => Options]>([
    ['prefix', (at) => ({ prefix: `${at}/v1` })],
    ['baseUrl', (at) => ({ baseUrl: `${at}/v1/` })],
    ['baseUrl as a URL', (at) => ({ baseUrl: new URL(`${at}/v1/`) })],
    ['a prefix that is relative to baseUrl', (at) => ({ prefix: 'v1', baseUrl: at })],
    ['an absolute prefix over baseUrl', (at) => ({ prefix: `${at}/v1`, baseUrl: 'https://api.example' })],
  ])('RD10: the origin of %s; another one is refused before anything is sent', async (_name, options) => {
    const session = await world.session({ http: ky.create(options(world.api)) })
    expect(await session.http.get('me').json()).toMatchObject({ path: '/v1/me' })
    for (const call of [session.http.get(new URL(world.elsewhere)), session.http.get(new Request(world.elsewhere)).json()]) {
      const error = await call.catch((thrown: unknown) => thrown)
      expect(isOAuthError(error) && error.code).toBe('OAUTH_ORIGIN_NOT_ALLOWED')
      expect(isKyError(error)).toBe(false)
    }
    expect(world.seenElsewhere).toHaveLength(0)
  })

  it('RD10: //evil.example/x leads the token to no other host, whatever it is resolved against', async () => {
    const outcome = async (options: Options) => {
      const { http } = await world.session({ http: ky.create(options) })
      return http.get(`${world.elsewhere.replace('http:', '')}/x`)
    }
    await expect(outcome({})).rejects.toMatchObject({ cause: { code: 'ERR_INVALID_URL' } })
    await expect(outcome({ baseUrl: `${world.api}/v1/` })).rejects.toMatchObject({ code: 'OAUTH_ORIGIN_NOT_ALLOWED' })
    // Below a prefix it is a path.
    expect((await outcome({ prefix: `${world.api}/v1` })).url).toBe(`${world.api}/v1/${world.elsewhere.replace('http://', '')}/x`)
    expect(world.seenElsewhere).toHaveLength(0)
  })

  it('a relative prefix or base URL names no origin where there is no page', async () => {
    for (const options of [{ prefix: '/api' }, { baseUrl: '/api/' }]) {
      const session = await world.session({ http: ky.create(options) })
      expect((await session.http.get(new URL(`${world.api}/me`))).status).toBe(200)
    }
  })

  it('of two sessions on one instance the later one puts its token on', async () => {
    const first = await world.session()
    const second = await world.session()
    await second.extend(first.http).get(`${world.api}/me`)
    expect(world.authorizations()).toEqual(['Bearer access-2'])
  })
})

describe('options of one call', () => {
  it('S48: withholdToken sends without it, and without asking for one', async () => {
    const session = await world.session()
    await session.setToken({ access_token: 'gone', expires_at: 1 })
    await session.http.get(`${world.api}/me`, { throwHttpErrors: false, oauth: { withholdToken: true } })
    expect(world.authorizations()).toEqual([undefined])
    expect(world.tokenRequests).toHaveLength(0)
  })

  it('may stand on an instance, and a call has the last word', async () => {
    const session = await world.session()
    const http = session.http.extend({ oauth: { withholdToken: true }, throwHttpErrors: false })
    await http.get(`${world.api}/me`)
    await http.get(`${world.api}/me`, { oauth: { withholdToken: false } })
    expect(world.authorizations()).toEqual([undefined, 'Bearer access-1'])
  })

  it('S48: a session that builds on the instance of another one hands them on', async () => {
    const first = await world.session()
    const second = await world.session()
    await second.extend(first.http).get(`${world.api}/me`, { throwHttpErrors: false, oauth: { withholdToken: true } })
    expect(world.authorizations()).toEqual([undefined])
  })

  it('S5: a misspelt one is refused, and nothing is sent', async () => {
    const session = await world.session()
    const call = session.http.get(`${world.api}/me`, { oauth: { witholdToken: true } as object })
    await expect(call).rejects.toMatchObject({ name: 'UsageError', message: expect.stringContaining('"witholdToken"') })
    expect(world.seen).toHaveLength(0)
  })

  it('do not reach `fetch`; what ky hands on does', async () => {
    const inits: unknown[] = []
    const session = await world.session({
      http: ky.create({
        fetch: (input, init) => {
          inits.push(init)
          return fetch(input, init)
        },
      }),
    })
    await session.http.get(`${world.api}/me`, { oauth: { withholdToken: false }, ...({ mine: 1 } as object) })
    expect(inits).toEqual([{ mine: 1 }])
  })
})
