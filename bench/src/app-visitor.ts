import { type Browser, createBrowser, login } from '@oauth-test/provider'
import type { AppProcess } from './app-process.ts'
import { greeting } from './apps/app.ts'

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
}

/** Logs in, and sees that the page is there. */
export async function visit(app: AppProcess): Promise<AppVisitor> {
  let isStopped = false
  const browser = createBrowser({ stopAt: (url) => isStopped && url.href === app.url })
  const page = await login(await browser.goto(app.loginUrl), { username: 'alice' })
  if (page.text !== GREETING) throw new Error(`${app.name}: ${page.status} after the login: ${page.text.slice(0, 300)}`)
  isStopped = true
  return {
    cookie: ownCookies(browser)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; '),
    async logIn() {
      for (const { name } of ownCookies(browser)) browser.cookies.delete(name)
      const { url, status, text } = await browser.goto(app.loginUrl)
      if (url !== app.url) throw new Error(`${app.name}: ${status} in the place of a login: ${text.slice(0, 300)}`)
    },
  }
}

function ownCookies({ cookies }: Browser): ReturnType<Browser['cookies']['all']> {
  return cookies.all().filter(({ name }) => !PROVIDERS.test(name))
}
