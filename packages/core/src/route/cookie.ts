import type { Form } from '../http/form.js'

/** A cookie to set. `maxAge` in seconds; `0` deletes it. Always HttpOnly and for the whole host. */
export interface SetCookie {
  readonly name: string
  readonly value: string
  readonly maxAge: number
  readonly secure: boolean
  readonly sameSite: 'Lax' | 'None'
}

/** How many cookies of one request are looked at; browsers keep at least fifty for a site. */
const MAX_COOKIES = 200

/**
 * Reads a `Cookie` header into pairs, repeats included: which of two cookies of one name is the right one is not for a parser to say.
 *
 * @see RFC 6265 §5.4 https://www.rfc-editor.org/rfc/rfc6265#section-5.4
 */
export function parseCookies(header: string | undefined): Form {
  return (header ?? '')
    .split(';', MAX_COOKIES)
    .map((pair) => pair.trim())
    .filter((pair) => pair.includes('='))
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const)
}

/** The `Set-Cookie` header's value. @see RFC 6265 §4.1 https://www.rfc-editor.org/rfc/rfc6265#section-4.1 */
export function serialiseCookie({ name, value, maxAge, secure, sameSite }: SetCookie): string {
  return `${name}=${value}; Max-Age=${maxAge}; Path=/; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`
}
