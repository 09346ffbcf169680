import type { TokenRecord } from '../../session/token-record.js'
import type { SessionVisit } from '../session-visit.js'
import type { ProviderOptions } from '../web-options.js'
import type { TestBrowser } from './browser.js'
import { type Call, TWO_PROVIDERS, type World, world } from './world.js'

/** An application with these providers, and a browser in which alice has logged in at the first. */
export async function aliceAt(providers: Readonly<Record<string, ProviderOptions<Call>>> = TWO_PROVIDERS) {
  const app = world({ providers })
  const browser = app.browser()
  await app.login(browser, { sub: 'alice' })
  return { app, browser, context: app.context }
}

/** What a visit knows of alice's token. */
export function recordOf(visit: SessionVisit<Call>): TokenRecord {
  const record = visit.current?.providers['demo']?.record
  if (record === undefined) throw new Error('nobody is logged in')
  return record
}

/** Begins a login that is to be linked to the session; returns the authorization URL. */
export async function beginLink(browser: TestBrowser<Call>, provider = 'other'): Promise<string> {
  const visit = await browser.open('/link', { method: 'POST' })
  const url = await visit.login(provider, { link: true, returnTo: '/accounts' })
  browser.take(visit)
  return url
}

/** Links bob's login at `other` to the session. */
export async function linkBob({ server }: World, browser: TestBrowser<Call>): Promise<void> {
  await browser.go(`/auth/other/callback?${server.authorize(await beginLink(browser), { sub: 'bob' })}`)
}

/** Keeps the answer to the first token request back whose form has this in it. */
export function holdToken({ server }: World, part = '') {
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  server.scripts.token = async (request) => {
    const own = server.scripts.token
    delete server.scripts.token
    const isIt = (request.body ?? '').includes(part)
    if (isIt) {
      arrived.resolve()
      await released.promise
    }
    // The server counts it once more.
    server.requests.pop()
    const answer = await server.respond(request)
    if (!isIt && own) server.scripts.token = own
    return answer
  }
  return { arrived: arrived.promise, release: released.resolve }
}
