import type { HttpHeaders } from '../../http/http-response.js'
import type { SetCookie } from '../cookie.js'
import { serialiseCookie } from '../cookie.js'
import type { RouteBody, RouteRequest } from '../route-request.js'
import type { RouteResponse } from '../route-response.js'
import type { VisitPorts } from '../session-visit.js'
import type { Visit } from '../visit.js'
import type { WebRoutes } from '../web-routes.js'

/** Headers of a person who goes to a page by the address bar. */
export const NAVIGATION: HttpHeaders = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
}
/** Headers of a script's request. */
export const SCRIPT: HttpHeaders = { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' }

export interface Asked {
  readonly method?: string
  readonly headers?: HttpHeaders
  readonly body?: RouteBody
  readonly writable?: VisitPorts['writable']
}

/** What came of a request to a route: an answer or an error, and the cookies that went out with it either way. */
export interface Answered {
  readonly status: number
  readonly headers: HttpHeaders
  readonly location: string
  readonly body: string
  readonly error: unknown
  readonly cookies: readonly SetCookie[]
}

/** The cookies of one browser for one application, and what it does with them. */
export interface TestBrowser<Http> {
  /** By name. Changes like a real jar: tests put into it what an attacker would. */
  readonly jar: Map<string, string>
  request(url: string, asked?: Asked): RouteRequest
  /** A visit to a page of the application. */
  open(url?: string, asked?: Asked): Promise<Visit<Http>>
  /** Takes what a page's answer sets. */
  take(visit: Pick<Visit<Http>, 'takeCookies'>): readonly SetCookie[]
  /** A request to one of the routes; all its cookies are taken. */
  go(url: string, asked?: Asked): Promise<Answered>
  /** Another browser with the same cookies. */
  copy(): TestBrowser<Http>
  /** The same cookies at another instance of the application. */
  at(routes: WebRoutes<Http>): TestBrowser<Http>
}

export function testBrowser<Http>(routes: WebRoutes<Http>, jar: Map<string, string> = new Map()): TestBrowser<Http> {
  const browser: TestBrowser<Http> = {
    jar,
    request: (url, { method = 'GET', headers = NAVIGATION, body } = {}) => ({ method, url, headers, cookies: [...jar], body }),
    open: (url = '/', asked = {}) => routes.open(browser.request(url, asked), { writable: asked.writable ?? (() => true) }),
    take: (visit) => store(visit.takeCookies()),
    async go(url, asked = {}) {
      const route = routes.match(url)
      if (route === undefined) throw new Error(`${url} is no route`)
      const visit = await browser.open(url, asked)
      let response: RouteResponse | undefined
      let error: unknown
      try {
        response = await routes.handle(route, visit)
      } catch (thrown) {
        error = thrown
      }
      const cookies = store([...(response?.cookies ?? []), ...visit.takeCookies()])
      const { status = 0, headers = {}, location = '', body = '' } = response ?? {}
      return { status, headers, location, body, error, cookies }
    },
    copy: () => testBrowser(routes, new Map(jar)),
    at: (other) => testBrowser(other, jar),
  }

  function store(cookies: readonly SetCookie[]): readonly SetCookie[] {
    for (const cookie of cookies) {
      // What a browser would refuse must never be written.
      const text = serialiseCookie(cookie)
      if (cookie.name.length + cookie.value.length > 4096 || /[\r\n]/.test(text))
        throw new Error(`no browser takes the cookie ${cookie.name}`)
      if (cookie.maxAge > 0) jar.set(cookie.name, cookie.value)
      else jar.delete(cookie.name)
    }
    return cookies
  }

  return browser
}

/** Length of the `Cookie` header that a jar makes. */
export function headerLength(jar: ReadonlyMap<string, string>): number {
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ').length
}
