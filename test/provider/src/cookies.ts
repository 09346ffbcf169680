import { Cookie, CookieJar, getPublicSuffix } from 'tough-cookie'

/** How a request relates to the page that caused it: same-site, cross-site but a safe top-level navigation, or neither. */
export type SameSiteContext = 'strict' | 'lax' | 'none'

export interface BrowserCookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite: 'strict' | 'lax' | 'none'
  /** Undefined for a session cookie. */
  readonly expires: Date | undefined
}

export interface BrowserCookies {
  /** All cookies that have not expired, or those that a same-site request to `url` would carry. */
  all(url?: string): BrowserCookie[]
  get(name: string, url?: string): BrowserCookie | undefined
  /** Value of the `Cookie` header, `''` for none. */
  header(url: string, context?: SameSiteContext): string
  /** What `document.cookie` shows on a page at `url`: never an HttpOnly cookie. */
  visibleToScript(url: string): string
  /** Takes `Set-Cookie` values of an answer from `url`; what a browser would reject is dropped silently. */
  store(setCookie: string | readonly string[], url: string, context?: SameSiteContext): void
  /** Removes by name, everywhere. */
  delete(name: string): void
  clear(): void
}

/**
 * RFC 6265bis cookies by tough-cookie: by host and not by port, with Path, expiry, HttpOnly and the `__Host-` and
 * `__Secure-` prefixes. Choices where browsers differ, each the strict one:
 *
 * - Secure cookies are neither stored nor sent over http, also on loopback. (Chrome and Firefox trust
 *   `http://localhost`, Safari does not, and 127.0.0.1 depends on the version.)
 * - No SameSite means Lax, without Chrome's two minutes of grace for POST. `SameSite=None` needs Secure.
 */
export function createCookies(): BrowserCookies {
  const create = (): CookieJar =>
    new CookieJar(null, { rejectPublicSuffixes: false, allowSpecialUseDomain: true, allowSecureOnLocal: false })
  let jar = create()
  const stored = (): Cookie[] => (jar.serializeSync()?.cookies ?? []).flatMap((json) => Cookie.fromJSON(json) ?? [])
  const all = (url?: string): BrowserCookie[] => {
    const cookies =
      url === undefined ? stored().filter((cookie) => cookie.TTL() > 0) : jar.getCookiesSync(url, { sameSiteContext: 'strict' })
    return cookies.map(publish)
  }
  return {
    all,
    get: (name, url) => all(url).find((cookie) => cookie.name === name),
    header: (url, context = 'strict') => jar.getCookieStringSync(url, { sameSiteContext: context }),
    visibleToScript: (url) => jar.getCookieStringSync(url, { http: false, sameSiteContext: 'strict' }),
    store(setCookie, url, context = 'strict') {
      for (const header of [setCookie].flat()) {
        const cookie = Cookie.parse(header)
        if (!cookie || (cookie.sameSite === 'none' && !cookie.secure)) continue
        cookie.sameSite ??= 'lax'
        // tough-cookie counts Max-Age from the last use; a browser counts it from the moment of the answer.
        if (typeof cookie.maxAge === 'number') {
          cookie.expires = new Date(cookie.maxAge > 0 ? Date.now() + cookie.maxAge * 1000 : 0)
          cookie.maxAge = null
        }
        jar.setCookieSync(cookie, url, { ignoreError: true, sameSiteContext: context })
      }
    },
    delete(name) {
      const kept = stored().filter((cookie) => cookie.key !== name)
      jar = create()
      for (const cookie of kept) jar.store.putCookie(cookie, () => {})
    },
    clear() {
      jar = create()
    },
  }
}

function publish(cookie: Cookie): BrowserCookie {
  const sameSite = cookie.sameSite === 'strict' || cookie.sameSite === 'none' ? cookie.sameSite : 'lax'
  const { key, value, domain, path, secure, httpOnly } = cookie
  const expires = cookie.expires instanceof Date ? cookie.expires : undefined
  return { name: key, value, domain: domain ?? '', path: path ?? '/', secure, httpOnly, sameSite, expires }
}

/** Scheme and registrable domain. An address and `localhost` are each a site of their own; the port does not count. */
export function siteOf(url: URL): string {
  const domain = getPublicSuffix(url.hostname, { allowSpecialUseDomain: true, ignoreError: true })
  return `${url.protocol}//${domain ?? url.hostname}`
}
