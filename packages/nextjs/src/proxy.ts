import { isOAuthError, type Maybe } from '@oauth/core/adapter'
import type { Visit } from '@oauth/core/routes'
import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server.js'
import type { LazyRoutes } from './options.js'
import { overrideRequest } from './override-request.js'
import { asNavigation } from './read-request.js'
import { pathOf, URL_HEADER } from './request-url.js'
import type { Visits } from './visits.js'
import { appendCookies, keepPrivate } from './write-response.js'

/** A function that Next runs before a request is answered. What returns nothing lets it go on. */
export type ProxyFunction = (request: NextRequest, event: NextFetchEvent) => Maybe<Response | null | undefined> | Promise<void> | void

/** Keeps sessions going before Next answers, alone or around a proxy of the application's own. */
export interface SessionProxy {
  /** As the file `proxy.ts`, or `middleware.ts`, exports it. */
  (request: NextRequest, event?: NextFetchEvent): Promise<Response>
  /**
   * Made of a proxy of the application's own, which finds the session by `session()`.
   *
   * @example
   * export const proxy = auth.proxy(async (request) => {
   *   if (!(await session())) return NextResponse.rewrite(new URL('/welcome', request.url))
   * })
   */
  (own: ProxyFunction): (request: NextRequest, event: NextFetchEvent) => Promise<Response>
}

/** What the proxy works with. */
export interface ProxyPorts<Http> {
  readonly routes: LazyRoutes<Http>
  readonly visits: Visits<Http>
  /** Names of the providers. */
  readonly providers: readonly string[]
  /** Whether pages can renew a token: where it is kept they can write. */
  readonly hasStore: boolean
}

/** Makes {@link SessionProxy}. */
export function sessionProxy<Http>(ports: ProxyPorts<Http>): SessionProxy {
  return ((given: NextRequest | ProxyFunction) => {
    if (typeof given !== 'function') return proxied(ports, given, () => undefined)
    return (request: NextRequest, event: NextFetchEvent) => proxied(ports, request, () => given(request, event))
  }) as SessionProxy
}

async function proxied<Http>(ports: ProxyPorts<Http>, request: NextRequest, own: () => ReturnType<ProxyFunction>): Promise<Response> {
  const { browserUrl, match, sessionCookie } = ports.routes()
  const url = browserUrl(pathOf(request))
  if (isFile(url) || match(url) !== undefined) return (await own()) ?? NextResponse.next()

  const isUse = mayBeUse(request)
  const { visit, request: read } = await ports.visits.answer(request, isUse ? { headers: asNavigation(request.headers) } : {})
  const answer = (await own()) ?? NextResponse.next()
  const response = new NextResponse(answer.body, answer)
  const goesOn = response.headers.has('x-middleware-next') || response.headers.has('x-middleware-rewrite')
  // Who has no session is not looked at: what everybody gets can be cached.
  if (goesOn && isUse && !ports.hasStore && sessionCookie(read) !== undefined) await renew(visit, ports.providers)
  const waiting = visit.takeCookies()
  if (goesOn) overrideRequest(response.headers, request.headers, { further: { [URL_HEADER]: url }, cookies: waiting })
  appendCookies(response.headers, waiting)
  keepPrivate(response.headers, visit)
  return response
}

/** Renews the tokens that are due. One that cannot be is for the page to find: what it does without a token is not for a proxy to say. */
async function renew<Http>(visit: Visit<Http>, providers: readonly string[]): Promise<void> {
  const renewals = providers.map(async (name) => {
    try {
      await visit.session(name)?.accessToken()
    } catch (error) {
      if (!isOAuthError(error)) throw error
    }
  })
  await Promise.all(renewals)
}

/** What Next has built, and what has an extension: no session is in it. */
function isFile(url: string): boolean {
  const [path = ''] = url.split('?', 1)
  return path.includes('/_next/') || /\.[^/]+$/.test(path)
}

/** Tells whether a person may be going to a page, by the browser or by Next's router, whose requests look like those of any script here. Prefetches are none. */
function mayBeUse({ method, headers }: NextRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  const purpose = `${headers.get('purpose')} ${headers.get('sec-purpose')} ${headers.get('x-moz')}`
  if (purpose.includes('prefetch') || headers.has('next-router-prefetch') || headers.has('next-router-segment-prefetch')) return false
  return ['document', 'empty'].includes(headers.get('sec-fetch-dest') ?? 'document')
}
