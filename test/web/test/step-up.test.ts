import { type Browser, login, type Page } from '@oauth-test/provider'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { applications } from '../src/frameworks.ts'
import { follow } from '../src/raw.ts'
import { useScriptedWorld } from '../src/scripted-world.ts'
import { subOf } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

/** Seconds by which a login is too old for `/recent`. */
const TOO_OLD = 400

const SCRIPT = { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' }

const now = () => Math.floor(Date.now() / 1000)

/** What the provider was asked for on the way to a page. */
function asked({ history }: Page, issuer: string): readonly URLSearchParams[] {
  return history.filter(({ url }) => /\/auth(orize)?\?/.test(url) && url.startsWith(issuer)).map(({ url }) => new URL(url).searchParams)
}

afterEach(() => {
  vi.useRealTimers()
})

describe.each(applications)('$name', ({ framework, stored }) => {
  describe('OpenID Connect Core §3.1.2.1: maxAge at a real provider', () => {
    const world = useWorld(framework, { stored })

    it('OpenID Connect Core §3.1.2.1: a login that is too old is made again with a password, and leads back to the page; one of somebody unknown is asked for at once', async () => {
      const { app, provider } = world
      const browser = app.browser()
      const first = await login(await browser.goto(`${app.baseUrl}/recent?a=b`), { username: 'alice' })
      expect([first.url, first.text]).toEqual([`${app.baseUrl}/recent?a=b`, 'recent enough'])
      expect((await browser.goto(`${app.baseUrl}/recent`)).history).toHaveLength(1)
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + TOO_OLD * 1000 })
      await app.restart({ ahead: TOO_OLD })
      const page = await browser.goto(`${app.baseUrl}/recent?a=b`)
      expect(asked(page, provider.issuer).map((parameters) => parameters.get('max_age'))).toEqual(['300'])
      expect(page.forms.some(({ fields }) => fields.some(({ name }) => name === 'password'))).toBe(true)
      // Meanwhile the session is as good as ever for whatever asks for less.
      expect(await subOf(browser, app)).toBe('alice')
      const again = await login(await browser.goto(`${app.baseUrl}/recent?a=b`), { username: 'alice' })
      expect([again.url, again.text]).toEqual([`${app.baseUrl}/recent?a=b`, 'recent enough'])
      expect((await browser.goto(`${app.baseUrl}/recent`)).history).toHaveLength(1)
      await app.restart({ ahead: 0 })
    })
  })

  describe.each([
    ['that reads no claims parameter', {}, ['gold', null]],
    [
      'that reads the claims parameter',
      { claims_parameter_supported: true },
      [null, { id_token: { acr: { essential: true, values: ['gold'] } } }],
    ],
  ])('OpenID Connect Core §5.5.1.1: acr at a provider %s', (_which, metadata, request) => {
    const world = useScriptedWorld(framework, { stored, metadata })

    it('OpenID Connect Core §5.5.1.1: a login that is too weak is made again, stronger, and leads back to the page', async () => {
      const { app, server } = world
      const browser = await world.loggedIn({ acr: 'bronze' })
      world.claims = { acr: 'gold' }
      const page = await browser.goto(`${app.baseUrl}/vault?a=b`)
      expect([page.url, page.text]).toEqual([`${app.baseUrl}/vault?a=b`, 'strong enough'])
      const [parameters] = asked(page, server.url)
      expect([parameters?.get('acr_values'), JSON.parse(parameters?.get('claims') ?? 'null')]).toEqual(request)
      expect((await browser.goto(`${app.baseUrl}/vault`)).history).toHaveLength(1)
      expect(await (await browser.fetch(`${app.baseUrl}/vault/api`)).json()).toEqual({ strong: true })
    })

    it.each([
      ['says another class', { acr: 'bronze' }],
      ['says none', {}],
    ])(
      'OpenID Connect Core §5.5.1.1: where the provider %s, it is an error and no loop, and the session goes on',
      async (_what, claims) => {
        const { app, server } = world
        const browser = await world.loggedIn(claims)
        const page = await browser.goto(`${app.baseUrl}/vault`)
        expect([page.status, page.body.includes('OAUTH_ID_TOKEN_ACR')]).toEqual([502, true])
        expect(asked(page, server.url)).toHaveLength(1)
        expect(await subOf(browser, app)).toBe('alice')
      },
    )
  })

  describe('what a script is told', () => {
    const world = useScriptedWorld(framework, { stored })

    async function answer(path: string, browser?: Browser) {
      const { baseUrl } = world.app
      const { status, body, setCookie } = await follow(baseUrl, path, {
        headers: { ...SCRIPT, ...(browser === undefined ? {} : { cookie: browser.cookies.header(baseUrl) }) },
      })
      return { status, body, setCookie }
    }

    it('SS15: it gets 401 and begins no login, and at a route handler it is told what is missing', async () => {
      const browser = await world.loggedIn({ acr: 'bronze', auth_time: now() - TOO_OLD })
      const before = world.server.requestsTo('authorization').length
      for (const path of ['/recent', '/vault']) expect(await answer(path, browser)).toMatchObject({ status: 401, setCookie: [] })
      expect(await answer('/vault/api')).toEqual({ status: 401, body: '{"error":"login_required"}', setCookie: [] })
      expect(await answer('/vault/api', browser)).toEqual({
        status: 401,
        body: '{"error":"insufficient_user_authentication"}',
        setCookie: [],
      })
      expect(world.server.requestsTo('authorization').length).toBe(before)
    })
  })

  describe('maxAge at a provider that does not do it', () => {
    const world = useScriptedWorld(framework, { stored })

    it.each([
      ['leaves the time of the login out', () => undefined],
      ['did not ask the person again', () => now() - TOO_OLD],
    ])('OpenID Connect Core §3.1.2.1: where it %s, it is an error and no loop, and the session goes on', async (_what, time) => {
      const { app, server } = world
      const browser = await world.loggedIn({ auth_time: time() })
      const page = await browser.goto(`${app.baseUrl}/recent`)
      expect([page.status, page.body.includes('OAUTH_ID_TOKEN_AUTH_TIME')]).toEqual([502, true])
      expect(asked(page, server.url).map((parameters) => parameters.get('max_age'))).toEqual(['300'])
      expect(await subOf(browser, app)).toBe('alice')
    })

    it('OpenID Connect Core §3.1.2.1: where it does, the person is in, until the login is too old again', async () => {
      const { app, server } = world
      const browser = await world.loggedIn({ auth_time: now() - TOO_OLD })
      world.claims = { auth_time: now() }
      const page = await browser.goto(`${app.baseUrl}/recent`)
      expect([page.url, page.text, asked(page, server.url).length]).toEqual([`${app.baseUrl}/recent`, 'recent enough', 1])
      await app.restart({ ahead: TOO_OLD })
      world.claims = { auth_time: now() + TOO_OLD, exp: now() + TOO_OLD + 300 }
      const again = await browser.goto(`${app.baseUrl}/recent`)
      expect([again.url, again.text, asked(again, server.url).length]).toEqual([`${app.baseUrl}/recent`, 'recent enough', 1])
      await app.restart({ ahead: 0 })
    })
  })
})
