import { createSigner } from '@oauth-test/provider'
import { describe, expect, it } from 'vitest'
import { everyApplication, frameworks } from '../src/frameworks.ts'
import { isLoggedIn, knownAt, postBackchannel, rawFrom } from '../src/logout-requests.ts'
import { raw } from '../src/raw.ts'
import { type ScriptedWorld, useScriptedWorld } from '../src/scripted-world.ts'

const now = () => Math.floor(Date.now() / 1000)

let people = 0
/** Somebody whom no other test knows. */
const somebody = () => ({ sub: `person-${++people}`, sid: `session-of-person-${people}`, iat: now() - 100 })

/** Tokens that end nothing, and the code of what is wrong with each. */
const BAD: Readonly<Record<string, readonly [code: string, make: (world: ScriptedWorld) => string]>> = {
  'LO01: alg none': ['LOGOUT_TOKEN_ALG', ({ signer, server }) => signer.unsigned(claims(server.url), { typ: 'logout+jwt' })],
  'LO01: HS256 by the client secret': ['LOGOUT_TOKEN_ALG', ({ server }) => hs256().sign(claims(server.url), { typ: 'logout+jwt' })],
  'LO01: HS256 by the public key': [
    'LOGOUT_TOKEN_ALG',
    ({ signer, server }) =>
      createSigner({ alg: 'HS256', secret: JSON.stringify(signer.jwk), kid: signer.kid }).sign(claims(server.url), { typ: 'logout+jwt' }),
  ],
  'LO01: alg of another key': ['KEY_NOT_FOUND', (world) => world.logoutToken({}, { alg: 'RS256' })],
  'LO01: a signature of somebody else': [
    'LOGOUT_TOKEN_SIG',
    ({ signer, server }) => createSigner({ alg: 'ES256', kid: signer.kid }).sign(claims(server.url), { typ: 'logout+jwt' }),
  ],
  'LO01: wrong iss': ['LOGOUT_TOKEN_ISS', (world) => world.logoutToken({ iss: 'https://evil.example' })],
  'LO01: no iss': ['LOGOUT_TOKEN_ISS', (world) => world.logoutToken({ iss: undefined })],
  'LO01: wrong aud': ['LOGOUT_TOKEN_AUD', (world) => world.logoutToken({ aud: 'another-client' })],
  'LO01: no aud': ['LOGOUT_TOKEN_AUD', (world) => world.logoutToken({ aud: undefined })],
  'LO01: an aud beside this client': ['LOGOUT_TOKEN_AUD', (world) => world.logoutToken({ aud: ['client', 'another-client'] })],
  'LO02: no events': ['LOGOUT_TOKEN_EVENTS', (world) => world.logoutToken({ events: undefined })],
  'LO02: another event': ['LOGOUT_TOKEN_EVENTS', (world) => world.logoutToken({ events: { 'https://schemas.example/other': {} } })],
  'LO02: events that are a list': [
    'LOGOUT_TOKEN_EVENTS',
    (world) => world.logoutToken({ events: ['http://schemas.openid.net/event/backchannel-logout'] }),
  ],
  'LO02: a nonce': ['LOGOUT_TOKEN_NONCE', (world) => world.logoutToken({ nonce: 'n' })],
  'LO02: an ID token': ['LOGOUT_TOKEN_EVENTS', (world) => world.logoutToken({ events: undefined, jti: undefined }, { typ: 'JWT' })],
  'LO02: typ of an access token': ['LOGOUT_TOKEN_TYP', (world) => world.logoutToken({}, { typ: 'at+jwt' })],
  'LO02: neither sid nor sub': ['LOGOUT_TOKEN_SUB', (world) => world.logoutToken({ sub: undefined, sid: undefined })],
  'LO03: no iat': ['LOGOUT_TOKEN_IAT', (world) => world.logoutToken({ iat: undefined })],
  'LO03: an iat to come': ['LOGOUT_TOKEN_IAT', (world) => world.logoutToken({ iat: now() + 60 })],
  'LO03: no jti': ['LOGOUT_TOKEN_JTI', (world) => world.logoutToken({ jti: undefined })],
  'LO03: expired': ['LOGOUT_TOKEN_EXP', (world) => world.logoutToken({ iat: now() - 90, exp: now() - 60 })],
  'LO03: no exp, and older than two minutes': ['LOGOUT_TOKEN_EXP', (world) => world.logoutToken({ iat: now() - 180, exp: undefined })],
  'LO03: neither iat, jti nor exp': ['LOGOUT_TOKEN_IAT', (world) => world.logoutToken({ iat: undefined, jti: undefined, exp: undefined })],
}

const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
const claims = (iss: string) => ({ iss, aud: 'client', sub: 'alice', sid: 'S1', iat: now(), exp: now() + 120, jti: 'jti', events })
const hs256 = () => createSigner({ alg: 'HS256', secret: 'the-client-secret' })

describe.each(frameworks)('$name', (framework) => {
  describe.each([
    ['in cookies', false],
    ['in a store', true],
  ])('sessions %s', (_where, stored) => {
    const world = useScriptedWorld(framework, { stored })

    it.each(Object.entries(BAD))('%s: 400, and the session lives', async (_name, [code, make]) => {
      const { app } = world
      const browser = await world.loggedIn({ sub: 'alice', sid: 'S1', iat: now() - 100 })
      const answer = await postBackchannel(app, `logout_token=${make(world)}`)
      expect([answer.status, JSON.parse(answer.body)]).toEqual([400, { error: 'invalid_request', error_description: `OAUTH_${code}` }])
      expect([answer.headers['cache-control'], answer.setCookie]).toEqual(['private, no-store', []])
      expect(await isLoggedIn(browser, app)).toBe(true)
    })

    it('LO01 LO02 LO03: a good token ends the session, one without exp and with the type JWT too, so what is above is for what is wrong', async () => {
      const { app } = world
      for (const [different, header] of [
        [{}, {}],
        [{ exp: undefined }, {}],
        [{ sub: undefined }, { typ: 'JWT' }],
      ]) {
        const browser = await world.loggedIn({ sub: 'alice', sid: 'S1', iat: now() - 100 })
        const answer = await postBackchannel(app, `logout_token=${world.logoutToken({ iat: now() - 50, ...different }, header)}`)
        expect([answer.status, answer.body, answer.headers['cache-control'], answer.setCookie]).toEqual([200, '', 'private, no-store', []])
        expect(await isLoggedIn(browser, app)).toBe(false)
      }
    })

    it('LO04: a token that comes again is a success, and ends no login that was made meanwhile', async () => {
      const { app } = world
      const person = somebody()
      const before = await world.loggedIn(person)
      const token = world.logoutToken({ ...person, iat: now() - 50 })
      expect((await postBackchannel(app, `logout_token=${token}`)).status).toBe(200)
      expect(await isLoggedIn(before, app)).toBe(false)
      const after = await world.loggedIn({ ...person, iat: now() })
      expect((await postBackchannel(app, `logout_token=${token}`)).status).toBe(200)
      expect(await isLoggedIn(after, app)).toBe(true)
      expect(await isLoggedIn(before, app)).toBe(false)
    })

    it.each<[string, (person: { sub: string; sid: string }) => Record<string, unknown>, readonly boolean[]]>([
      ['sid and sub', ({ sub, sid }) => ({ sub, sid: `${sid}-1` }), [false, true, true, true]],
      ['sid', ({ sid }) => ({ sub: undefined, sid: `${sid}-1` }), [false, true, true, true]],
      ['sub', ({ sub }) => ({ sub, sid: undefined }), [false, false, false, true]],
      ['a sid that nobody has', ({ sub, sid }) => ({ sub, sid: `${sid}-9` }), [true, true, true, true]],
      ['a sid that is the sub of somebody', ({ sub }) => ({ sub: undefined, sid: sub }), [true, true, true, true]],
    ])('LO05: of three sessions of one person, and one of another, exactly those named by %s end', async (_what, named, left) => {
      const { app } = world
      const person = somebody()
      const browsers = [
        await world.loggedIn({ ...person, sid: `${person.sid}-1` }),
        await world.loggedIn({ ...person, sid: `${person.sid}-2` }),
        await world.loggedIn({ ...person, sid: undefined }),
        await world.loggedIn({ ...somebody() }),
      ]
      expect((await postBackchannel(app, `logout_token=${world.logoutToken(named(person))}`)).status).toBe(200)
      expect(await Promise.all(browsers.map((browser) => isLoggedIn(browser, app)))).toEqual(left)
    })
  })

  describe('LO06: the request', () => {
    const world = useScriptedWorld(framework)

    it.each<[string, number, (token: string) => [body: string, headers?: Record<string, string>]]>([
      ['JSON', 400, (token) => [JSON.stringify({ logout_token: token }), { 'content-type': 'application/json' }]],
      [
        'a form of parts',
        400,
        (token) => [
          `--x\r\ncontent-disposition: form-data; name="logout_token"\r\n\r\n${token}\r\n--x--\r\n`,
          { 'content-type': 'multipart/form-data; boundary=x' },
        ],
      ],
      ['no content type', 400, (token) => [`logout_token=${token}`, {}]],
      ['logout_token twice', 400, (token) => [`logout_token=${token}&logout_token=${token}`]],
      ['1 MiB', 413, (token) => [`logout_token=${token}&more=${'x'.repeat(2 ** 20)}`]],
      ['an empty token', 400, () => ['logout_token=']],
      ['no token', 400, () => ['']],
    ])('%s: %i for no cache, and the session lives', async (_what, status, request) => {
      const { app } = world
      const person = somebody()
      const browser = await world.loggedIn(person)
      const answer = await postBackchannel(app, ...request(world.logoutToken(person)))
      expect([answer.status, answer.headers['cache-control'], answer.setCookie]).toEqual([status, 'private, no-store', []])
      expect(await isLoggedIn(browser, app)).toBe(true)
    })

    it.each(['GET', 'PUT', 'DELETE'])('%s: 405, and the session lives', async (method) => {
      const { app } = world
      const person = somebody()
      const browser = await world.loggedIn(person)
      const path = `/auth/demo/backchannel-logout?logout_token=${world.logoutToken(person)}`
      const answer = await raw(app.baseUrl, path, { method, headers: {} })
      expect([answer.status, answer.setCookie]).toEqual([405, []])
      // A method that no handler of Next is for is answered by Next itself.
      if (method === 'GET') expect(answer.headers['cache-control']).toBe('private, no-store')
      expect(await isLoggedIn(browser, app)).toBe(true)
    })
  })

  describe('LO07: the store is down', () => {
    const world = useScriptedWorld(framework, { stored: true })

    it.each(['refused', 'lost'] as const)(
      'when a provider ends a session (%s): 503, and the same token works when it comes again',
      async (fault) => {
        const { app, store } = world
        const person = somebody()
        const browser = await world.loggedIn(person)
        const body = `logout_token=${world.logoutToken(person)}`
        store.fault = () => fault
        const { status, headers, body: answer } = await postBackchannel(app, body)
        store.fault = () => undefined
        expect([status, JSON.parse(answer)]).toEqual([503, { error: 'server_error', error_description: 'OAUTH_STORE' }])
        expect(headers['cache-control']).toBe('private, no-store')
        expect(await isLoggedIn(browser, app)).toBe(true)
        expect(await postBackchannel(app, body)).toMatchObject({ status: 200, body: '' })
        expect(await isLoggedIn(browser, app)).toBe(false)
      },
    )

    it('when a person logs out: 503 and no logout, and it works when asked again', async () => {
      const { app, store } = world
      const browser = await world.loggedIn(somebody())
      store.fault = () => 'refused'
      const failed = await rawFrom(browser, app, '/auth/logout')
      store.fault = () => undefined
      expect([failed.status, failed.setCookie]).toEqual([503, []])
      expect(await isLoggedIn(browser, app)).toBe(true)
      expect((await rawFrom(browser, app, '/auth/logout')).status).toBe(303)
      expect(await isLoggedIn(browser, app)).toBe(false)
    })
  })
})

describe.each(everyApplication)('$name', ({ framework, stored }) => {
  const world = useScriptedWorld(framework, { stored })

  it('LO05: a session that its provider has ended is over at every place of the application, and another one at none', async () => {
    const { app } = world
    const person = somebody()
    const [theirs, others] = [await world.loggedIn(person), await world.loggedIn(somebody())]
    const everywhere = { route: true, page: true, handler: true, front: true, behind: true }
    expect([await knownAt(theirs, app), await knownAt(others, app)]).toEqual([everywhere, everywhere])
    expect((await postBackchannel(app, `logout_token=${world.logoutToken(person)}`)).status).toBe(200)
    // The edge runtime is a process of its own, and no provider tells it: without a store its proxy takes the cookie for what it was, and pages do not.
    const front = framework.name === 'next 15 on the edge' && !stored
    const nowhere = { route: false, page: false, handler: false, front, behind: false }
    expect([await knownAt(theirs, app), await knownAt(others, app)]).toEqual([nowhere, everywhere])
  })
})
