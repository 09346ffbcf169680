import { randomBytes } from 'node:crypto'
import { createBrowser, login, startProvider, type TestProvider } from '@oauth-test/provider'
import { startReverseProxy } from '@oauth-test/web/reverse-proxy'
import { describe, expect, it } from 'vitest'
import type { Engine } from './engine.js'
import { buildApp, type Instance } from './instances.js'

/** Milliseconds: processes have to start, and the machine may be busy. */
const TIMEOUT = 120_000

/** Logins of browsers at an application of two processes, whose sessions are in a real store. */
export function logins(name: string, engine: () => Engine): void {
  describe.concurrent(`${name}: sessions of an application of two processes`, () => {
    it(
      'F28/RF05: a login that began at one ends at the other, is known to both, also when both were killed and started again; a logout at one ends it at both',
      { timeout: TIMEOUT },
      () =>
        world(engine(), async ({ provider, url, at, whoIs, restart }) => {
          const browser = createBrowser()
          const text = async (path: string) => (await browser.goto(`${url}${path}`)).text

          at(0)
          const form = await browser.goto(`${url}/auth/demo/login?returnTo=/`)
          at(1)
          expect((await login(form, { username: 'alice' })).text).toBe('alice')
          const token = await text('/token')
          const cookie = browser.cookies.get('oauth.session.0', url)

          await restart()
          for (const instance of [0, 1]) {
            at(instance)
            expect([await text('/'), await text('/token')]).toEqual(['alice', token])
          }
          expect([browser.cookies.get('oauth.session.0', url), provider.tokenRequests()]).toEqual([cookie, 1])

          const copies = () => whoIs(`oauth.session.0=${cookie?.value}`)
          expect(await copies()).toEqual(['alice', 'alice'])
          await browser.goto(`${url}/auth/logout`, { from: url })
          expect(await copies()).toEqual(['nobody', 'nobody'])
          expect(provider.requests.filter(({ endpoint, status }) => endpoint === 'revocation' && status === 200)).toHaveLength(1)
        }),
    )
  })
}

interface World {
  readonly provider: TestProvider
  /** Where browsers find the application, whichever instance answers. */
  readonly url: string
  /** Sends the next requests to this instance. */
  at(instance: number): void
  /** Whom each instance takes the owner of a cookie for. */
  whoIs(cookie: string): Promise<readonly string[]>
  /** Kills both, and starts two others in their place. */
  restart(): Promise<void>
}

/** A provider, and two instances of an application behind one address. */
async function world(engine: Engine, use: (world: World) => Promise<void>): Promise<void> {
  let instances: readonly Instance[] = []
  let turn = 0
  const kill = () => Promise.all(instances.map((instance) => instance.kill()))
  const app = await buildApp()
  const provider = await startProvider()
  const { url, close } = await startReverseProxy({ target: () => instances[turn]?.url, basePath: '' })
  try {
    const client = await provider.addClient({
      client_id: 'of-two-processes',
      redirect_uris: [`${url}/auth/demo/callback`],
      post_logout_redirect_uris: [`${url}/`],
    })
    const registration = { issuer: provider.issuer, clientId: client.client_id, clientSecret: client.client_secret ?? '' }
    const options = { engine, baseUrl: url, secret: randomBytes(32).toString('base64'), ...registration }
    const start = async () => {
      instances = await Promise.all([app.start(options), app.start(options)])
    }
    await start()
    await use({
      provider,
      url,
      at(instance) {
        turn = instance
      },
      whoIs: (cookie) => Promise.all(instances.map(async (one) => (await fetch(one.url, { headers: { cookie } })).text())),
      async restart() {
        await kill()
        await start()
      },
    })
  } finally {
    await kill()
    await close()
    await provider.close()
    await app.remove()
  }
}
