import { parseCookies, type SetCookie } from '@oauth/core/routes'
import { NextResponse } from 'next/server.js'

const OVERRIDDEN = 'x-middleware-override-headers'
const PREFIX = 'x-middleware-request-'

/**
 * Has Next answer a request as if it had come with cookies that are only being set, and with further headers, or without. An answer of the application's own proxy may
 * have changed the request already: what it has changed stays.
 */
export function overrideRequest(
  answer: Headers,
  request: Headers,
  { further, cookies }: { readonly further: Readonly<Record<string, string | undefined>>; readonly cookies: readonly SetCookie[] },
): void {
  if (!answer.has(OVERRIDDEN)) {
    // What is not listed is taken from the request, so all of them are.
    const { headers } = NextResponse.next({ request: { headers: request } })
    for (const [name, value] of headers) if (name === OVERRIDDEN || name.startsWith(PREFIX)) answer.set(name, value)
  }
  const names = new Set(answer.get(OVERRIDDEN)?.split(','))
  const cookie = withCookies(answer.get(`${PREFIX}cookie`) ?? '', cookies)
  for (const [name, value] of Object.entries({ ...further, ...(cookies.length === 0 ? {} : { cookie }) })) {
    if (value === undefined) {
      names.delete(name)
      answer.delete(`${PREFIX}${name}`)
    } else {
      names.add(name)
      answer.set(`${PREFIX}${name}`, value)
    }
  }
  answer.set(OVERRIDDEN, [...names].join(','))
}

/** A `Cookie` header as the browser would send it next. */
function withCookies(header: string, cookies: readonly SetCookie[]): string {
  const kept = parseCookies(header).filter(([name]) => !cookies.some((cookie) => cookie.name === name))
  const set = cookies.filter(({ maxAge }) => maxAge > 0).map(({ name, value }) => [name, value] as const)
  return [...kept, ...set].map(([name, value]) => `${name}=${value}`).join('; ')
}
