import type { RouteBody } from '@oauth/core/routes'
import { cookies, headers } from 'next/headers.js'
import type { LazyRoutes } from './options.js'
import { readPageRequest, readRequest } from './read-request.js'
import { pathOf } from './request-url.js'
import { RequestVisit } from './request-visit.js'

/** How a visit is opened for a request whose answer this library writes. */
export interface AnswerOptions {
  readonly body?: RouteBody | undefined
  /** In place of the request's own. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Finds the visit of a request, wherever in an application it is asked for. */
export interface Visits<Http> {
  /** The visit of the request under way. With its `Request`, where that is known. @throws whatever opening a visit throws. */
  current(request?: Request): Promise<RequestVisit<Http>>
  /** Opens the visit of a request whose answer this library writes; whoever asks for the current one meanwhile gets it. */
  answer(request: Request, options?: AnswerOptions): Promise<RequestVisit<Http>>
}

/** A visit, and whether all of its request was known when it was opened. */
interface Opened<Http> {
  readonly visit: Promise<RequestVisit<Http>>
  readonly isComplete: boolean
}

/** Finds visits by what Next gives once for each request, the same in all places: its read-only headers. They are forgotten with it. */
export function visits<Http>(routes: LazyRoutes<Http>): Visits<Http> {
  const known = new WeakMap<object, Opened<Http>>()

  async function current(request?: Request): Promise<RequestVisit<Http>> {
    // Asked first: where there is no request, as in a page that is being built, Next is told that there has to be one.
    const key = await headers()
    const before = known.get(key)
    if (before !== undefined && (before.isComplete || request === undefined)) return before.visit
    return remember(key, { visit: open(key, request), isComplete: request !== undefined })
  }

  async function open(key: Awaited<ReturnType<typeof headers>>, request: Request | undefined): Promise<RequestVisit<Http>> {
    const shown = readPageRequest(key, await cookies())
    const made = routes()
    if (request === undefined) return RequestVisit.open(made, shown, 'next')
    return RequestVisit.open(made, { ...readRequest(request, made.browserUrl(pathOf(request))), cookies: shown.cookies }, 'next')
  }

  async function answer(request: Request, { body, headers: own }: AnswerOptions = {}): Promise<RequestVisit<Http>> {
    const made = routes()
    const read = readRequest(request, made.browserUrl(pathOf(request)))
    const visit = RequestVisit.open(made, { ...read, body, headers: own ?? read.headers }, 'answer')
    const key = await nextHeaders()
    return key === undefined ? visit : remember(key, { visit, isComplete: true })
  }

  function remember(key: object, opened: Opened<Http>): Promise<RequestVisit<Http>> {
    known.set(key, opened)
    return opened.visit
  }

  return { current, answer }
}

/** `undefined` where a handler is called without Next, as tests do: nobody else can ask for its visit then. */
async function nextHeaders(): Promise<object | undefined> {
  try {
    return await headers()
  } catch (error) {
    if (error instanceof Error && error.message.includes('outside a request scope')) return undefined
    throw error
  }
}
