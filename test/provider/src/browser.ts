import { type BrowserCookies, createCookies } from './cookies.ts'
import { createPage, type Page, type PostedForm } from './page.ts'
import { type Trip, travel } from './redirects.ts'

export interface GotoOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** As if a page at this address had a link to it. Without it: the address bar, which no site caused. */
  readonly from?: string
}

export interface Browser {
  goto(url: string, options?: GotoOptions): Promise<Page>
  /**
   * A script on the current page calls `fetch`: cookies and Origin as for that page. Unlike in a browser the answer
   * is readable without CORS, and `redirect: 'manual'` shows the redirect.
   */
  fetch(url: string, init?: RequestInit): Promise<Response>
  readonly cookies: BrowserCookies
  /** The page that is shown. */
  readonly page: Page | undefined
}

export interface BrowserOptions {
  /** Ends a redirect chain before this address is asked for: for a callback that no server listens to. */
  readonly stopAt?: (url: URL) => boolean
  /** PEM of an authority that this browser trusts beside those of the system. */
  readonly ca?: string
}

/** Headers a script may not set. */
const forbidden = /^(cookie2?|origin|referer|host|connection|content-length|sec-.*|proxy-.*)$/i

/** A browser without a screen and without scripts, for logins by redirect: cookies, forms, links, fetch metadata. */
export function createBrowser({ stopAt, ca }: BrowserOptions = {}): Browser {
  const cookies = createCookies()
  let current: Page | undefined

  const navigate = async (trip: Pick<Trip, 'url' | 'method' | 'headers' | 'body' | 'initiator' | 'noReferrer'>): Promise<Page> => {
    const arrival = await travel(cookies, { ...trip, kind: 'navigation', stopAt, ca })
    const noReferrer = arrival.response?.headers.get('referrer-policy') === 'no-referrer'
    const page = createPage(arrival, async (url, post) =>
      navigate({
        url: new URL(url),
        method: post ? 'POST' : 'GET',
        ...(await sent(post)),
        initiator: arrival.url,
        noReferrer,
      }),
    )
    // A 204 and a stop leave the shown page alone; the caller still gets to see what came.
    if (page.status !== 204 && page.status !== 0) current = page
    return page
  }

  return {
    goto: (url, { headers = {}, from } = {}) =>
      navigate({ url: new URL(url), method: 'GET', headers, initiator: from === undefined ? undefined : new URL(from) }),
    async fetch(url, init = {}) {
      const initiator = current && new URL(current.url)
      const request = new Request(new URL(url, initiator), init)
      const body = new Uint8Array(await request.arrayBuffer())
      const { url: arrived, response } = await travel(cookies, {
        url: new URL(request.url),
        method: request.method,
        headers: Object.fromEntries([...request.headers].filter(([name]) => !forbidden.test(name))),
        body: body.byteLength > 0 ? body : undefined,
        initiator: initiator ?? new URL(request.url),
        kind: 'fetch',
        credentials: init.credentials ?? 'same-origin',
        follow: init.redirect !== 'manual',
        signal: request.signal,
        ca,
      })
      if (!response) throw new TypeError(`cannot fetch ${arrived.protocol} addresses`)
      if (init.redirect === 'error' && response.status >= 300 && response.status < 400) throw new TypeError('unexpected redirect')
      const empty = [101, 204, 205, 304].includes(response.status)
      const answer = new Response(empty ? null : new Uint8Array(response.body), { status: response.status, headers: response.headers })
      Object.defineProperty(answer, 'url', { value: arrived.href })
      return answer
    },
    cookies,
    get page() {
      return current
    },
  }
}

/** Headers and body of what a form sends. Browsers name no charset with a form that is not of several parts. */
async function sent(post: PostedForm | undefined): Promise<Pick<Trip, 'headers' | 'body'>> {
  if (post === undefined) return { headers: {} }
  const encoded = new Response(post)
  const type = encoded.headers.get('content-type') ?? ''
  return { headers: { 'Content-Type': type.replace(/; *charset=utf-8$/i, '') }, body: new Uint8Array(await encoded.arrayBuffer()) }
}
