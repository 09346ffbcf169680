import { isOAuthError } from '@oauth/core/adapter'
import { errorPage } from '@oauth/core/routes'
import { toErrorPath } from './error-path.js'
import type { LazyRoutes } from './options.js'
import { readBody, readRequest } from './read-request.js'
import { pathWarning, reporter } from './report.js'
import { pathOf } from './request-url.js'
import type { RequestVisit } from './request-visit.js'
import type { Visits } from './visits.js'
import { appendCookies, writeResponse } from './write-response.js'

/** Methods of the catch-all route: `export const { GET, POST } = handlers`. */
export interface Handlers {
  GET(request: Request): Promise<Response>
  POST(request: Request): Promise<Response>
}

/** What the handlers work with. */
export interface HandlersPorts<Http> {
  readonly routes: LazyRoutes<Http>
  readonly visits: Visits<Http>
  /** Page of the application's own for logins that failed. */
  readonly errorPath: string | undefined
}

/** Makes what answers login, callback and logout. Errors end in a page: Next has no place where a route's errors can be handled. */
export function routeHandlers<Http>({ routes, visits, errorPath }: HandlersPorts<Http>): Handlers {
  const report = reporter()
  const warnOfPath = pathWarning()

  async function answer(request: Request): Promise<Response> {
    const { browserUrl, match, handle, loginPath, logoutPath } = routes()
    const url = browserUrl(pathOf(request))
    const route = match(url)
    if (route === undefined) {
      warnOfPath({ asked: url, known: [loginPath(), logoutPath()] })
      return new Response('There is no such route.', { status: 404 })
    }
    let opened: RequestVisit<Http> | undefined
    try {
      const body = request.method === 'POST' ? await readBody(request) : undefined
      opened = await visits.answered({ ...readRequest(request, url), body })
      return writeResponse(await handle(route, opened.visit))
    } catch (error) {
      if (!isOAuthError(error)) throw error
      report(error)
      // Who could not be logged out is still logged in.
      const login = route.name === 'logout' ? undefined : loginPath(route.provider)
      const isLogin = route.name === 'login' || route.name === 'callback'
      const response = writeResponse(isLogin && errorPath !== undefined ? toErrorPath(errorPath, error) : errorPage(error, { login }))
      appendCookies(response.headers, opened?.visit.takeCookies() ?? [])
      return response
    }
  }

  return { GET: answer, POST: answer }
}
