import { isOAuthError, type Maybe } from '@oauth/core/adapter'
import type { SetCookie, Visit } from '@oauth/core/routes'
import { cookies } from 'next/headers.js'
import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server.js'
import { nextCookie } from './next-cookie.js'
import type { LazyRoutes } from './options.js'
import { overrideRequest } from './override-request.js'
import { asNavigation, readRequest } from './read-request.js'
import { isFailure, RENEWAL_HEADER, type RenewalFailure, writeFailures } from './renewal-failures.js'
import { renewalReporter } from './report.js'
import { pathOf, URL_HEADER } from './request-url.js'
import { printThrown } from './thrown.js'
import type { Visits } from './visits.js'
import { withinNext } from './within-next.js'
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
  const reporting = { ...ports, report: renewalReporter() }
  return ((given: NextRequest | ProxyFunction) => {
    if (typeof given !== 'function') return proxied(reporting, given)
    return (request: NextRequest, event: NextFetchEvent) => proxied(reporting, request, () => given(request, event))
  }) as SessionProxy
}

/** The same, and what tells of renewals that failed. */
interface ReportingPorts<Http> extends ProxyPorts<Http> {
  readonly report: (failure: RenewalFailure) => void
}

async function proxied<Http>(ports: ReportingPorts<Http>, request: NextRequest, own?: () => ReturnType<ProxyFunction>): Promise<Response> {
  const { browserUrl, match, sessionCookie } = ports.routes()
  const url = browserUrl(pathOf(request))
  const below = url.slice(browserUrl('/').length - 1)
  const isAside = below.startsWith('/_next/') || isFile(below) || match(url) !== undefined
  if (isAside && own === undefined) return NextResponse.next()

  const isUse = mayBeUse(request)
  const asked = readRequest(request, url)
  const read = isUse ? { ...asked, ...asNavigation(request.headers) } : asked
  const hasSession = sessionCookie(read) !== undefined
  // With a store nothing has to be written here that a page could not write; and what of it is looked at, is looked at there.
  const kept = hasSession && !ports.hasStore && !isAside ? await ports.visits.answered(read) : undefined
  // What the application's own asks for may clear a cookie: by `cookies()` that would take the place of those in its answer.
  const found = kept === undefined && own !== undefined ? await ports.visits.onDemand(read) : undefined
  const { answer, thrown } = await answerOf(own)
  const response = new NextResponse(answer.body, answer)
  const goesOn = !isAside && (response.headers.has('x-middleware-next') || response.headers.has('x-middleware-rewrite'))
  const failures = goesOn && isUse && kept !== undefined ? await renew(kept.visit, ports.providers) : []
  for (const failure of failures) ports.report(failure)
  const { isAsked = false, opened = kept } = (await found?.()) ?? {}
  const waiting = opened?.visit.takeCookies() ?? []
  // What a proxy of the application's own has begun may go on; a cookie comes too late from here on.
  opened?.close()
  // Next would answer without the cookies.
  if (thrown !== undefined && waiting.length === 0) throw thrown.error
  if (thrown !== undefined) printThrown(thrown.error)
  const further = { [URL_HEADER]: url, [RENEWAL_HEADER]: writeFailures(failures) }
  if (goesOn) overrideRequest(response.headers, request.headers, { further, cookies: waiting })
  if (own === undefined) appendCookies(response.headers, waiting)
  else await addCookies(response, waiting)
  // Where the application's own has asked, that nobody is logged in may have made the answer as well; also for a file.
  if ((hasSession && !isAside) || isAsked || waiting.length > 0) keepPrivate(response.headers)
  return response
}

/** What a proxy of the application's own answers, and what it has thrown. */
interface Outcome {
  readonly answer: Response
  readonly thrown?: { readonly error: unknown }
}

async function answerOf(own: (() => ReturnType<ProxyFunction>) | undefined): Promise<Outcome> {
  try {
    return { answer: (await own?.()) ?? NextResponse.next() }
  } catch (error) {
    return { answer: new Response(null, { status: 500 }), thrown: { error } }
  }
}

/** What a proxy has set by `cookies()` Next puts in place of all cookies of its answer, so that they have to be among those. */
async function addCookies(response: NextResponse, waiting: readonly SetCookie[]): Promise<void> {
  const jar = waiting.length === 0 ? undefined : await withinNext(cookies)
  for (const cookie of [...response.cookies.getAll(), ...waiting.map(nextCookie)]) jar?.set(cookie)
  appendCookies(response.headers, waiting)
}

/** Renews the tokens that are due, and tells what failed. What a page does without a token is not for a proxy to say. */
async function renew<Http>(visit: Visit<Http>, providers: readonly string[]): Promise<readonly RenewalFailure[]> {
  const renewals = providers.map(async (provider) => {
    try {
      await visit.session(provider)?.accessToken()
    } catch (error) {
      if (!isOAuthError(error)) throw error
      if (isFailure(error)) return { provider, error }
    }
    return undefined
  })
  return (await Promise.all(renewals)).filter((failure) => failure !== undefined)
}

/** What has an extension: no session is in it. */
function isFile(url: string): boolean {
  const [path = ''] = url.split('?', 1)
  return /\.[^/]+$/.test(path)
}

/**
 * Tells whether a request may be a person's doing: going to a page, by the browser or by Next's router, whose requests look like those of any script here;
 * or an action. What a prefetch brings is not looked at yet, and an image has no use for a token.
 */
function mayBeUse({ headers }: NextRequest): boolean {
  const purpose = `${headers.get('purpose')} ${headers.get('sec-purpose')} ${headers.get('x-moz')}`
  if (purpose.includes('prefetch') || headers.has('next-router-prefetch') || headers.has('next-router-segment-prefetch')) return false
  return ['document', 'empty'].includes(headers.get('sec-fetch-dest') ?? 'document')
}
