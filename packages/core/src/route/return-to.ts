import { parseUrl } from '../http/uri.js'
import type { BaseUrl } from './base-url.js'

/** Longest address that is taken along through a login, in characters. */
const MAX_LENGTH = 1024

/**
 * Where to go after a login or logout: a path of this application, or `fallback` for anything else. Only path, query and fragment are ever handed
 * on, so the result cannot leave the origin however a browser reads it; nor the base URL's path, beside which there may be applications of others.
 *
 * @see RFC 9700 §4.11.1 https://www.rfc-editor.org/rfc/rfc9700#section-4.11.1
 */
export function safeReturnTo(value: string | undefined, base: Pick<BaseUrl, 'origin' | 'path'>, fallback = `${base.path}/`): string {
  if (value === undefined || value.length > MAX_LENGTH) return fallback
  const path = localPath(value, base)
  // Encoding makes it longer, and it has to fit into a cookie.
  if (path === undefined || path.length > MAX_LENGTH) return fallback
  // A proxy or a framework may decode once more before the browser sees it: of what was given, or of what has become of that.
  const local = [value, path].every((text) => localPath(percentDecoded(text), base) !== undefined)
  return local ? path : fallback
}

function localPath(value: string | undefined, { origin, path }: Pick<BaseUrl, 'origin' | 'path'>): string | undefined {
  if (!value?.startsWith('/') || /[\\\p{Cc}]/u.test(value)) return undefined
  // Two slashes are a host at the start of a path, and can get there: `/.//host` is the path `//host`.
  if (/^[^?#]*\/\//.test(value)) return undefined
  const url = parseUrl(`${origin}${value}`)
  if (url === undefined || url.origin !== origin) return undefined
  if (url.pathname !== path && !url.pathname.startsWith(`${path}/`)) return undefined
  return `${url.pathname}${url.search}${url.hash}`
}

function percentDecoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}
