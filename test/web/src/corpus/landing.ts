/**
 * Says what is wrong with a `Location` that the application at `baseUrl` has answered; `undefined` where the browser stays with it. The answer is of
 * the parser that browsers have, by the address that was asked for; and because a proxy may decode a header on its way, of what it would be then.
 */
export function faultOf(
  location: string | null,
  { baseUrl, asked }: { readonly baseUrl: string; readonly asked: string },
): string | undefined {
  if (location === null) return 'no Location'
  // RFC 9110 §5.5: what else is in a header may end it, or is read in as many ways as there are readers.
  if (!/^[\x21-\x7e]*$/.test(location)) return 'characters that are none of a header'
  const once = decoded(location)
  return (
    outside(location, { baseUrl, asked }) ??
    (once === undefined ? undefined : prefixed('decoded once more, ', outside(once, { baseUrl, asked })))
  )
}

function outside(location: string, { baseUrl, asked }: { readonly baseUrl: string; readonly asked: string }): string | undefined {
  const target = URL.parse(location, asked)
  const { origin, pathname } = new URL(baseUrl)
  const base = pathname.replace(/\/$/, '')
  if (target === null) return 'no URL'
  if (target.origin !== origin) return `at ${target.protocol}//${target.host}`
  if (target.username !== '' || target.password !== '') return 'userinfo'
  // Of two slashes at its start a path is a host to whoever reads it alone.
  if (target.pathname.startsWith('//')) return 'a path of two slashes'
  return target.pathname === base || target.pathname.startsWith(`${base}/`) ? undefined : `outside of ${base}, at ${target.pathname}`
}

function prefixed(prefix: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : prefix + text
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
