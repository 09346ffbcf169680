import { parseUrl } from '../http/uri.js'

/** Longest address that is taken along through a login, in characters. */
const MAX_LENGTH = 1024

/**
 * Where to go after a login or logout: a path on this application's own origin, or `fallback` for anything else. Only path, query and
 * fragment are ever handed on, so the result cannot leave the origin however a browser reads it.
 *
 * @see RFC 9700 §4.11.1 https://www.rfc-editor.org/rfc/rfc9700#section-4.11.1
 */
export function safeReturnTo(value: string | undefined, origin: string, fallback = '/'): string {
  if (value === undefined || value.length > MAX_LENGTH) return fallback
  const path = localPath(value, origin)
  const decoded = percentDecoded(value)
  // A proxy or a framework may decode once more before the browser sees it.
  return path !== undefined && decoded !== undefined && localPath(decoded, origin) !== undefined ? path : fallback
}

function localPath(value: string, origin: string): string | undefined {
  if (!/^\/(?![/\\])/.test(value) || /[\\\p{Cc}]/u.test(value)) return undefined
  const url = parseUrl(`${origin}${value}`)
  if (url === undefined || url.origin !== origin) return undefined
  const path = `${url.pathname}${url.search}${url.hash}`
  // Dot segments can leave two slashes in front: `/.//host` is the path `//host`.
  return path.startsWith('//') ? undefined : path
}

function percentDecoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}
