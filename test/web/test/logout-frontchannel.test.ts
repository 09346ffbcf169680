import { describe, expect, it } from 'vitest'
import { frameworks } from '../src/frameworks.ts'
import { isLoggedIn, rawFrom } from '../src/logout-requests.ts'
import { type RawAnswer, raw } from '../src/raw.ts'
import { type ScriptedWorld, useScriptedWorld } from '../src/scripted-world.ts'

/** A page of the provider has the application in a frame. */
const FRAME = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' }

let people = 0
/** Somebody whom no other test knows, with a session whose name is no guess. */
const somebody = () => ({ sub: `person-${++people}`, sid: `a-session-of-person-${people}` })

const path = (parameters: Readonly<Record<string, string>> | string[][]) =>
  `/auth/demo/frontchannel-logout?${new URLSearchParams(parameters as Record<string, string>)}`

/** What the frame asks for in a browser that gives it no cookies, as most do. */
function framed({ app }: ScriptedWorld, parameters: Readonly<Record<string, string>> | string[][]): Promise<RawAnswer> {
  return raw(app.baseUrl, path(parameters), { headers: FRAME })
}

/** Requests of somebody who does not know the session, for the issuer and the `sid` of one. */
const WRONG: Readonly<Record<string, readonly [status: number, make: (iss: string, sid: string) => Record<string, string> | string[][]]>> =
  {
    'sid without iss': [400, (_iss, sid) => ({ sid })],
    'iss without sid': [400, (iss) => ({ iss })],
    'an empty sid': [400, (iss) => ({ iss, sid: '' })],
    nothing: [400, () => ({})],
    'two sids': [
      400,
      (iss, sid) => [
        ['iss', iss],
        ['sid', sid],
        ['sid', 'another'],
      ],
    ],
    'two issuers': [
      400,
      (iss, sid) => [
        ['iss', 'https://evil.example'],
        ['iss', iss],
        ['sid', sid],
      ],
    ],
    'another issuer': [200, (_iss, sid) => ({ iss: 'https://evil.example', sid })],
    'another spelling of the issuer': [200, (iss, sid) => ({ iss: `${iss}/`, sid })],
    'another sid': [200, (iss, sid) => ({ iss, sid: `${sid}0` })],
    'a guess': [200, (iss) => ({ iss, sid: 'undefined' })],
    'the sub in place of the sid': [200, (iss, sid) => ({ iss, sid: sid.replace('a-session-of-', '') })],
  }

describe.each(frameworks)('$name', (framework) => {
  describe.each([
    ['in cookies', false],
    ['in a store', true],
  ])('front-channel logout, sessions %s', (_where, stored) => {
    const metadata = { frontchannel_logout_supported: true, frontchannel_logout_session_supported: true }
    const world = useScriptedWorld(framework, { stored, metadata })

    it.each(Object.entries(WRONG))("LO08: %s ends nothing, with the browser's cookies or without", async (_what, [status, make]) => {
      const { app, server } = world
      const person = somebody()
      const browser = await world.loggedIn(person)
      const parameters = make(server.url, person.sid)
      for (const answer of [await framed(world, parameters), await rawFrom(browser, app, path(parameters), { headers: FRAME })]) {
        expect([answer.status, answer.headers['cache-control'], answer.setCookie]).toEqual([status, 'private, no-store', []])
        expect(await isLoggedIn(browser, app)).toBe(true)
      }
    })

    it('LO08: a session whose name could be found by trying is not ended without its cookie, and is with it', async () => {
      const { app, server } = world
      const person = { ...somebody(), sid: 'S1' }
      const browser = await world.loggedIn(person)
      const parameters = { iss: server.url, sid: person.sid }
      expect((await framed(world, parameters)).status).toBe(200)
      expect(await isLoggedIn(browser, app)).toBe(true)
      expect((await rawFrom(browser, app, path(parameters), { headers: FRAME })).status).toBe(200)
      expect(await isLoggedIn(browser, app)).toBe(false)
    })

    it('LO08: iss and sid together end that session and no other, and no token is given back', async () => {
      const { app, server } = world
      const person = somebody()
      const [browser, another] = [await world.loggedIn(person), await world.loggedIn({ ...person, sid: `${person.sid}-2` })]
      const before = server.requestsTo('revocation').length
      const answer = await framed(world, { iss: server.url, sid: person.sid })
      expect([answer.status, answer.body, answer.headers['cache-control']]).toEqual([200, '', 'private, no-store'])
      expect(answer.headers['content-security-policy']).toBe(`default-src 'none'; frame-ancestors ${server.url}`)
      expect([await isLoggedIn(browser, app), await isLoggedIn(another, app)]).toEqual([false, true])
      expect(server.requestsTo('revocation').length).toBe(before)
    })

    it.each(['POST', 'PUT', 'HEAD'])('LO08: %s ends nothing', async (method) => {
      const { app, server } = world
      const person = somebody()
      const browser = await world.loggedIn(person)
      expect((await raw(app.baseUrl, path({ iss: server.url, sid: person.sid }), { method, headers: FRAME })).status).toBe(405)
      expect(await isLoggedIn(browser, app)).toBe(true)
    })
  })
})
