import type { Environment, HttpHeaders } from '@oauth/core'
import { type AuthorisedFetch, fetchClient } from '@oauth/core/fetch'
import { type RouteResponse, serialiseCookie, type WebRoutes, webRoutes } from '@oauth/core/routes'
import { assert, equal } from './assert.ts'
import type { Case, Context } from './case.ts'
import { ENVIRONMENTS } from './environments.ts'

/** Headers of a person who goes to a page. */
const NAVIGATION: HttpHeaders = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
}

export const ROUTE_CASES: readonly Case[] = Object.entries(ENVIRONMENTS).flatMap(([sealer, sealing]) =>
  Object.entries(ENVIRONMENTS).map(([opener, opening]) => ({
    title: `RFC 7516 §3.1: a session sealed by ${sealer} is opened by ${opener}`,
    async run(context: Context) {
      const secret = crypto.randomUUID() + crypto.randomUUID()
      const cookies = await loggedIn(context, application(context, secret, sealing()))
      equal(await userIn(application(context, secret, opening()), cookies), [200, 'alice'])
      const other = application(context, crypto.randomUUID() + crypto.randomUUID(), opening())
      equal((await userIn(other, cookies))[0], 401)
    },
  })),
)

/** Cookies of one browser, by name. */
type Jar = Map<string, string>

function application({ issuer, baseUrl, clients }: Context, secret: string, environment: Environment): WebRoutes<AuthorisedFetch> {
  const { client_id: clientId, client_secret: clientSecret } = clients.RS256
  return webRoutes(
    { baseUrl, secret, environment, providers: { demo: { issuer, clientId, clientSecret, scope: 'openid' } } },
    fetchClient(),
  )
}

async function loggedIn(context: Context, routes: WebRoutes<AuthorisedFetch>): Promise<Jar> {
  const jar: Jar = new Map()
  const { location: authorization = '' } = await go(routes, '/auth/demo/login', jar)
  const callback = new URL(await context.login(authorization))
  const { status, location } = await go(routes, callback.pathname + callback.search, jar)
  equal([status, location], [303, '/'])
  return jar
}

async function userIn(routes: WebRoutes<AuthorisedFetch>, jar: Jar): Promise<readonly [status: number, subject: unknown]> {
  const { status, body = '' } = await go(routes, '/auth/user', new Map(jar))
  return [status, JSON.parse(body).sub]
}

async function go(routes: WebRoutes<AuthorisedFetch>, url: string, jar: Jar): Promise<RouteResponse> {
  const route = routes.match(url)
  assert(route !== undefined, `${url} is no route`)
  const visit = await routes.open({ method: 'GET', url, headers: NAVIGATION, cookies: [...jar] }, { writable: () => true })
  const response = await routes.handle(route, visit)
  for (const cookie of response.cookies) {
    assert(serialiseCookie(cookie).length < 4096, `no browser takes the cookie ${cookie.name}`)
    if (cookie.maxAge > 0) jar.set(cookie.name, cookie.value)
    else jar.delete(cookie.name)
  }
  return response
}
