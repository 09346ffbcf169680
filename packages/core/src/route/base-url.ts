import { UsageError } from '../error/usage-error.js'
import { isLoopback, parseUrl } from '../http/uri.js'

/** Where the application is, as browsers see it. Headers of a request are never asked. */
export interface BaseUrl {
  readonly origin: string
  /** Without a slash at its end; empty at the root of the host. */
  readonly path: string
  /** Whether cookies are `Secure` and have the `__Host-` prefix. */
  readonly secure: boolean
}

/** @throws {@link UsageError} unless it is an https URL, or an http one on loopback. */
export function parseBaseUrl(text: string): BaseUrl {
  if (text === undefined)
    throw new UsageError(
      'Option "baseUrl" is there, and undefined, or missing: it is the application\'s address as browsers see it, such as https://app.example. Is an environment variable unset?',
    )
  assertScheme(text)
  const url = typeof text === 'string' ? parseUrl(text) : undefined
  // A path with two slashes in front would make every redirect to the application's root one to another host.
  if (
    url === undefined ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== '' ||
    url.password !== '' ||
    url.pathname.startsWith('//')
  ) {
    throw new UsageError(
      'Option "baseUrl" must be the application\'s address as browsers see it, such as https://app.example or https://app.example/path.',
    )
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw new UsageError(
      'Option "baseUrl" must use https: login and session cookies would travel in clear text. (http is taken on loopback alone.)',
    )
  }
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, ''), secure: url.protocol === 'https:' }
}

/** `localhost:3000` is a URL, too: of the scheme `localhost`. */
function assertScheme(text: string): void {
  if (typeof text !== 'string' || !/^[\w.-]+(:\d+)?(\/[\w./-]*)?$/.test(text)) return
  const url = parseUrl(`http://${text}`)
  if (url === undefined) return
  const scheme = isLoopback(url) ? 'http' : 'https'
  throw new UsageError(
    `Option "baseUrl" must be the application's address as browsers see it, and "${text}" has no scheme. Write ${scheme}://${text}`,
  )
}

/** A URL's path as the browser sent it. A proxy or a mount point may have taken the base URL's path away. */
export function browserUrl({ path }: BaseUrl, url: string): string {
  const complete = url === path || url.startsWith(`${path}/`) || url.startsWith(`${path}?`)
  return complete ? url : `${path}${url}`
}
