import type { RouteRequest } from '@oauth/core/routes'
import { cookies, headers } from 'next/headers.js'
import { AnswerDelivery, NextDelivery } from './delivery.js'
import type { LazyRoutes } from './options.js'
import { readPageRequest, readRequest } from './read-request.js'
import { pathOf } from './request-url.js'
import { RequestVisit } from './request-visit.js'
import { withinNext } from './within-next.js'

/** Finds the visit of a request, wherever in an application it is asked for. */
export interface Visits<Http> {
  /** The visit of the request under way. With its `Request`, where that is known. @throws whatever opening a visit throws. */
  current(request?: Request): Promise<RequestVisit<Http>>
  /** Opens the visit of a request whose answer this library makes; whoever asks for the current one meanwhile gets it. @throws whatever that throws. */
  answered(request: RouteRequest): Promise<RequestVisit<Http>>
  /** The same as soon as somebody asks for the current visit, and not before. Gives what tells, when the answer is made, what has become of it. */
  onDemand(request: RouteRequest): Promise<() => Promise<OnDemand<Http>>>
}

/** A visit that was there to be asked for. */
export interface OnDemand<Http> {
  /** Whether somebody has asked, so that the answer may depend on who is there, or on that nobody is. */
  readonly isAsked: boolean
  /** `undefined` where nobody has asked, or it could not be opened. */
  readonly opened: RequestVisit<Http> | undefined
}

/** A visit, and whether all of its request was known when it was opened. */
interface Opened<Http> {
  readonly visit: () => Promise<RequestVisit<Http>>
  readonly isComplete: boolean
}

/** Finds visits by what Next gives once for each request, the same in all places: its read-only headers. They are forgotten with it. */
export function visits<Http>(routes: LazyRoutes<Http>): Visits<Http> {
  const known = new WeakMap<object, Opened<Http>>()

  async function current(request?: Request): Promise<RequestVisit<Http>> {
    // Asked first: where there is no request, as in a page that is being built, Next is told that there has to be one.
    const key = await headers()
    const before = known.get(key)
    if (before !== undefined && (before.isComplete || request === undefined)) return before.visit()
    return remember(key, open(key, request), request !== undefined)
  }

  async function open(shown: Awaited<ReturnType<typeof headers>>, request: Request | undefined): Promise<RequestVisit<Http>> {
    const jar = await cookies()
    const made = routes()
    const page = readPageRequest(shown, jar)
    const read = request && { ...readRequest(request, made.browserUrl(pathOf(request))), cookies: page.cookies }
    const opened = await RequestVisit.open(made, read ?? page, new NextDelivery(jar))
    // Who knows the request answers it, and has cookies wait until then.
    if (request === undefined) opened.deliver()
    return opened
  }

  async function answered(request: RouteRequest): Promise<RequestVisit<Http>> {
    // Asked first, as it may take its time: a visit that cannot be opened meanwhile would be nobody's.
    const key = await withinNext(headers)
    const visit = RequestVisit.open(routes(), request, new AnswerDelivery())
    // Without Next nobody else can ask for it.
    return key === undefined ? visit : remember(key, visit, true)
  }

  async function onDemand(request: RouteRequest): Promise<() => Promise<OnDemand<Http>>> {
    const key = await withinNext(headers)
    const delivery = new AnswerDelivery()
    let visit: Promise<RequestVisit<Http>> | undefined
    const opened = () => {
      visit ??= RequestVisit.open(routes(), request, delivery)
      return visit
    }
    if (key !== undefined) known.set(key, { visit: opened, isComplete: true })
    return async () => {
      // Who asks from here on comes too late to set a cookie.
      if (visit === undefined) delivery.close()
      return { isAsked: visit !== undefined, opened: await visit?.catch(() => undefined) }
    }
  }

  function remember(key: object, visit: Promise<RequestVisit<Http>>, isComplete: boolean): Promise<RequestVisit<Http>> {
    known.set(key, { visit: () => visit, isComplete })
    return visit
  }

  return { current, answered, onDemand }
}
