import { type Browser, createBrowser, login, type Page, startProvider, type TestProvider } from '@oauth-test/provider'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { App, Framework } from '../src/framework.ts'
import { frameworks } from '../src/frameworks.ts'
import { isLoggedIn } from '../src/logout-requests.ts'
import { startStore } from '../src/store-server.ts'

const TIMEOUT = 120_000

/** Stopped by handle after each test, last things first. */
const started: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of started.splice(0).reverse()) await stop()
})

async function provide(): Promise<TestProvider> {
  const provider = await startProvider()
  started.push(provider.close)
  return provider
}

interface Registration {
  /** The application's, its cookies' and its client's: they share a host. */
  readonly name: string
  /** Sessions are in a store. */
  readonly stored: boolean
  /** The provider names a session in its logout tokens, and not the person alone. */
  readonly ofSessions?: boolean
}

/** An application that the provider knows, and tells of logouts. */
async function register(framework: Framework, provider: TestProvider, { name, stored, ofSessions = true }: Registration): Promise<App> {
  const client = await provider.addClient({ client_id: name })
  const store = stored ? await startStore() : undefined
  if (store !== undefined) started.push(store.close)
  const { client_id: clientId, client_secret: clientSecret } = client
  const app = await framework.start({
    providers: { demo: { issuer: provider.issuer, clientId, clientSecret, scope: 'openid' } },
    session: { name },
    ...(store === undefined ? {} : { store: store.url }),
  })
  started.push(app.stop)
  await provider.addClient({
    ...client,
    redirect_uris: [`${app.baseUrl}/auth/demo/callback`],
    post_logout_redirect_uris: [`${app.baseUrl}/`],
    backchannel_logout_uri: `${app.baseUrl}/auth/demo/backchannel-logout`,
    backchannel_logout_session_required: ofSessions,
  })
  return app
}

async function logIn(browser: Browser, app: App, username = 'alice'): Promise<void> {
  await login(await browser.goto(`${app.baseUrl}/auth/demo/login`), { username })
  expect(await isLoggedIn(browser, app)).toBe(true)
}

/** Logs out of an application, and says yes to the provider's question. */
async function logOut(browser: Browser, app: App): Promise<Page> {
  const question = await browser.goto(`${app.baseUrl}/auth/logout`, { from: app.baseUrl })
  return question.click('Yes, sign me out')
}

function asksForPassword({ forms }: Page): boolean {
  return forms.some(({ fields }) => fields.some(({ name }) => name === 'password'))
}

const states = (browsers: readonly Browser[], app: App) => Promise.all(browsers.map((browser) => isLoggedIn(browser, app)))

describe.each(frameworks)('$name', (framework) => {
  describe.each([
    ['in cookies', false],
    ['in a store', true],
  ])('a real provider, and sessions %s', (_where, stored) => {
    it(
      'RP-Initiated Logout §2: the provider is told whose session it is and where to come back to, ends it, and comes back',
      async () => {
        const provider = await provide()
        const app = await register(framework, provider, { name: 'shop', stored })
        const browser = createBrowser()
        await logIn(browser, app)
        const question = await browser.goto(`${app.baseUrl}/auth/logout`, { from: app.baseUrl })
        // Whatever is said there, the session here is over.
        expect(await states([browser], app)).toEqual([false])
        const asked = new URL(question.history.find(({ url }) => url.startsWith(`${provider.issuer}/session/end`))?.url ?? '').searchParams
        expect(Object.fromEntries(asked)).toMatchObject({ client_id: 'shop', post_logout_redirect_uri: `${app.baseUrl}/` })
        expect(asked.get('state')).toMatch(/^[\w-]{43}$/)
        const [, payload = ''] = asked.get('id_token_hint')?.split('.') ?? []
        expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ iss: provider.issuer, aud: 'shop', sub: 'alice' })
        const back = await question.click('Yes, sign me out')
        const { origin, pathname, searchParams } = new URL(back.url)
        expect([origin, pathname, searchParams.get('state')]).toEqual([app.baseUrl, '/', asked.get('state')])
        expect([back.status, JSON.parse(back.body)]).toEqual([200, { logins: [] }])
        // The provider asks for the password again.
        const again = await browser.goto(`${app.baseUrl}/auth/demo/login`)
        expect(asksForPassword(again)).toBe(true)
        expect(provider.errors).toEqual([])
      },
      TIMEOUT,
    )

    it(
      'LO10: whoever says no at the provider is logged out here all the same, and logs in again without a password',
      async () => {
        const provider = await provide()
        const app = await register(framework, provider, { name: 'shop', stored })
        const browser = createBrowser()
        await logIn(browser, app)
        await browser.goto(`${app.baseUrl}/auth/logout`, { from: app.baseUrl })
        expect(await states([browser], app)).toEqual([false])
        // The tokens were given back and the consent with them; the session there goes on.
        const page = await browser.goto(`${app.baseUrl}/auth/demo/login`)
        expect(asksForPassword(page)).toBe(false)
        await login(page, { username: 'alice' })
        expect(await states([browser], app)).toEqual([true])
      },
      TIMEOUT,
    )

    it(
      'LO05: a logout in one browser ends the session of the same person in another, where the provider names the person',
      async () => {
        const provider = await provide()
        const app = await register(framework, provider, { name: 'shop', stored, ofSessions: false })
        const [first, second, bobs] = [createBrowser(), createBrowser(), createBrowser()]
        for (const browser of [first, second]) await logIn(browser, app)
        await logIn(bobs, app, 'bob')
        expect(new URL((await logOut(first, app)).url).origin).toBe(app.baseUrl)
        expect(await states([first, second, bobs], app)).toEqual([false, false, true])
        // A login in the very second of the logout would be over, too.
        await vi.waitFor(() => logIn(second, app), { timeout: 20_000, interval: 200 })
        expect(provider.errors).toEqual([])
      },
      TIMEOUT,
    )

    it(
      'LO05: a logout at one application ends the session of that browser at the other, and no other session of the person',
      async () => {
        const provider = await provide()
        const shop = await register(framework, provider, { name: 'shop', stored })
        const forum = await register(framework, provider, { name: 'forum', stored })
        const [first, second] = [createBrowser(), createBrowser()]
        for (const app of [shop, forum]) for (const browser of [first, second]) await logIn(browser, app)
        // Another login of this browser has not ended the one before.
        expect([await states([first, second], shop), await states([first, second], forum)]).toEqual([
          [true, true],
          [true, true],
        ])
        await logOut(first, shop)
        expect(await states([first, second], shop)).toEqual([false, true])
        expect(await states([first, second], forum)).toEqual([false, true])
        expect(provider.errors).toEqual([])
      },
      TIMEOUT,
    )
  })
})
