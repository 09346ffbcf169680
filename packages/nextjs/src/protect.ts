import type { GuardOptions } from '@oauth/core/routes'
import { assertGuardOptions } from '@oauth/core/routes'
import type { LazyRoutes } from './options.js'
import type { RequestVisit } from './request-visit.js'
import { sendTo } from './send-to.js'
import type { Visits } from './visits.js'
import { keepPrivate, writeResponse } from './write-response.js'

/** What is asked of a visitor. */
export interface ProtectOptions<Name extends string = string> extends GuardOptions {
  readonly provider?: Name | undefined
  /**
   * Where a page is, for people to come back to after the login: a path of this application, `basePath` included. Where a proxy is, it says so
   * better: with the query.
   */
  readonly returnTo?: string | undefined
}

/** Wraps what is for people who are logged in. */
export interface Protect<Name extends string = string> {
  /** A route handler: people are sent to the login and back, and scripts are answered with 401. */
  <Given extends Request, Rest extends readonly unknown[]>(
    handler: (request: Given, ...rest: Rest) => Response | Promise<Response>,
    options?: ProtectOptions<Name>,
  ): (request: Given, ...rest: Rest) => Promise<Response>
  /** A page, or a server action: people are sent to the login and back. */
  <Given extends readonly unknown[], Result>(
    target: (...given: Given) => Result,
    options?: ProtectOptions<Name>,
  ): (...given: Given) => Promise<Awaited<Result>>
}

/** What a guard works with. */
export interface ProtectPorts<Http> {
  readonly routes: LazyRoutes<Http>
  readonly visits: Visits<Http>
  /** An address that Next takes as it is, of a path of this application. */
  readonly absolute: (path: string) => string
}

/** Makes {@link Protect}. */
export function protector<Http, Name extends string>({ routes, visits, absolute }: ProtectPorts<Http>): Protect<Name> {
  async function guarded(request: Request, options: GuardOptions, answer: () => unknown): Promise<unknown> {
    const opened = await visits.current(request)
    const refusal = await opened.visit.guard(options)
    const response = refusal === undefined ? await answer() : writeResponse(refusal)
    opened.close()
    return response instanceof Response ? privately(response, opened) : response
  }

  async function sendToLogin(options: GuardOptions, returnTo: string | undefined): Promise<void> {
    const { visit, request } = await visits.current()
    const refusal = await visit.guard(options)
    if (refusal === undefined) return
    const path = refusal.location ?? routes().loginPath(options.provider)
    // Where the proxy has said where this is, the way back is in it.
    return sendTo(absolute(request.url === '' && returnTo !== undefined ? withReturnTo(path, returnTo) : path))
  }

  return ((target: (...given: readonly unknown[]) => unknown, { returnTo, ...options }: ProtectOptions<Name> = {}) => {
    assertGuardOptions(options)
    return async (...given: readonly unknown[]): Promise<unknown> => {
      const [request] = given
      if (request instanceof Request) return guarded(request, options, () => target(...given))
      await sendToLogin(options, returnTo)
      return target(...given)
    }
  }) as Protect<Name>
}

/** The answer of a route, which read the session: no cache may keep it. That of another server cannot be changed, and is copied. */
function privately<Http>(response: Response, { visit }: RequestVisit<Http>): Response {
  const headers = new Headers(response.headers)
  keepPrivate(headers, visit)
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}

function withReturnTo(path: string, returnTo: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams({ returnTo })}`
}
