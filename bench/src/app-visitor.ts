import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { type Browser, createBrowser, login } from '@oauth-test/provider'
import type { AppProcess } from './app-process.ts'
import { greeting } from './apps/app.ts'
import { NAVIGATION } from './navigation.ts'

/** The cookies of the provider, which browsers send to its neighbours on other ports, too. */
const PROVIDERS = /^op_/

/** The page of an application, for the person who logs in. */
export const GREETING: string = greeting('Alice Example')

/** A person at an application, who is logged in at the provider. */
export interface AppVisitor {
  /** The cookies of the application, as a request has them. */
  readonly cookie: string
  /** Logs in as somebody whom the application does not know, until the browser is sent to the page. */
  logIn(): Promise<void>
  close(): void
}

/** Logs in, and sees that the page is there. */
export async function visit(app: AppProcess): Promise<AppVisitor> {
  let isStopped = false
  const browser = createBrowser({ stopAt: (url) => isStopped && app.url.startsWith(url.origin) })
  const page = await login(await browser.goto(app.loginUrl), { username: 'alice' })
  if (page.text !== GREETING) throw new Error(`${app.name}: ${page.status} after the login: ${page.text.slice(0, 300)}`)
  const cookie = cookiesOf(browser)
  isStopped = true
  // The browser makes a connection for each request, which others do not.
  const agent = new Agent({ keepAlive: true })

  async function redirected(url: string, cookie?: string): Promise<{ readonly location: string; readonly cookie: string }> {
    const headers = cookie === undefined ? NAVIGATION : { ...NAVIGATION, cookie }
    const [response] = (await once(get(url, { agent, headers }), 'response')) as [IncomingMessage]
    response.resume()
    await once(response, 'end')
    const { location, 'set-cookie': cookies = [] } = response.headers
    if (location === undefined) throw new Error(`${app.name}: status ${response.statusCode} in the place of a redirect.`)
    return { location: new URL(location, url).href, cookie: cookies.map((one) => one.split(';', 1)[0]).join('; ') }
  }

  return {
    cookie,
    async logIn() {
      const begun = await redirected(app.loginUrl)
      const { url } = await browser.goto(begun.location)
      const ended = await redirected(url, begun.cookie)
      if (ended.location !== app.url || ended.cookie === '') throw new Error(`${app.name}: no login, but a redirect to ${ended.location}`)
    },
    close: () => agent.destroy(),
  }
}

function cookiesOf({ cookies }: Browser): string {
  const own = cookies.all().filter(({ name }) => !PROVIDERS.test(name))
  return own.map(({ name, value }) => `${name}=${value}`).join('; ')
}
