import { isForAnyServer } from './any-server.js'

/** What tells platforms apart whose `fetch` differs. */
interface Platform {
  readonly navigator?: { readonly userAgent?: string }
  /** Of Next. */
  readonly EdgeRuntime?: string
}

/** Platforms whose `fetch` leaves `authorization` behind where a redirect leads to another origin. Cloudflare's Workers do by a compatibility flag. */
const LEAVES_AUTHORIZATION = /^(?:Node\.js|Deno|Bun)\//

/** Whose platform the next two are about. It is asked for each call, and takes some time to say what it is. */
let known: Platform['navigator'] | null = null
let hidesRedirects = false
let leavesAuthorization = false

/** Whether redirects of a request may stay those of `fetch`: it follows none, or hides them, or there is nothing that it should leave behind and does not. */
export function isLeftToFetch({ redirect, headers }: Request): boolean {
  if (redirect !== 'follow') return true
  const { navigator }: Platform = globalThis
  if (known !== navigator) {
    const userAgent = navigator?.userAgent ?? ''
    hidesRedirects = userAgent.startsWith('Mozilla/')
    leavesAuthorization = LEAVES_AUTHORIZATION.test(userAgent)
    known = navigator
  }
  if (hidesRedirects) return true
  for (const name of headers.keys()) {
    if (!isForAnyServer(name) && !(leavesAuthorization && name === 'authorization')) return false
  }
  return true
}

/** A request made of another one and of options beside it. */
export function requestWith(request: Request, init: RequestInit): Request {
  return new Request(request, { ...besideRequest(request), ...init })
}

/**
 * What a request is made of, to be given beside it as options, where there are others. On Next 15's edge runtime a `Request` is only its URL then, to
 * `Request` and to `fetch`; elsewhere this is nothing.
 */
export function besideRequest({ method, headers, body, redirect, signal }: Request): RequestInit | undefined {
  const { EdgeRuntime }: Platform = globalThis
  if (EdgeRuntime === undefined) return undefined
  // Node sends no stream without `duplex`, which not all types know.
  const parts = { method, headers, body, redirect, signal, duplex: 'half' as const }
  return parts
}
