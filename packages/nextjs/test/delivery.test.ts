// Next makes its storages of what this puts in place, so it comes first.
import 'next/dist/server/node-environment-baseline.js'

import { fetchClient } from '@oauth/core/fetch'
import { memoryStore } from '@oauth/core/session'
import { forbidden, notFound, redirect, unauthorized } from 'next/navigation.js'
import { NextRequest, NextResponse } from 'next/server.js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nextRequest } from './next-request.js'
import { closeAll, world } from './world.js'

afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await closeAll()
})

/** Seconds after which the token has expired. */
const EXPIRED = 4000
/** Seconds after which no session goes on. */
const LIFETIME = 604_800

/** Holds token requests back from when it is told to. */
function heldClient() {
  const client = fetchClient()
  const arrivals: (() => void)[] = []
  const releases: (() => void)[] = []
  let isHolding = false
  const transport: typeof client.transport = async (request, options) => {
    if (request.endpoint === 'token' && isHolding) {
      const released = new Promise<void>((resolve) => releases.push(resolve))
      for (const arrived of arrivals.splice(0)) arrived()
      await released
    }
    return client.transport(request, options)
  }
  return {
    http: { ...client, transport },
    /** `sent` is settled when a request has come, which goes on after `go`. */
    hold(): { readonly sent: Promise<void>; readonly go: () => void } {
      isHolding = true
      const go = () => {
        isHolding = false
        for (const release of releases.splice(0)) release()
      }
      return { sent: new Promise((resolve) => arrivals.push(resolve)), go }
    },
  }
}

describe("cookies of the proxy's answer", () => {
  it('RF18: once it is given, nothing is renewed whose token could not be kept', async () => {
    const one = await world()
    await one.signIn()
    one.clock.ahead = EXPIRED
    const request = nextRequest({ cookie: one.cookie() })
    const own = one.auth.proxy(() => Response.redirect('http://next.internal/elsewhere'))
    const late = request.within(async () => {
      await own(new NextRequest('http://next.internal/page', { headers: { cookie: one.cookie() } }), undefined as never)
      return one.auth.accessToken()
    })
    await expect(late).rejects.toMatchObject({ code: 'OAUTH_SESSION_READ_ONLY' })
    expect(one.provider.tokenRequests('refresh_token')).toBe(0)
  })
})

describe('cookies of a proxy of the application', () => {
  it.each([
    ['of a session in a store', memoryStore(), '/page', 'oauth.session.0=1.unreadable'],
    ['of a request that is left alone', undefined, '/logo.svg', 'oauth.session.0=1.unreadable'],
    ['of which the first part is gone', undefined, '/page', 'oauth.session.1=left'],
  ])('stay beside one that session() clears: %s', async (_what, store, path, cookie) => {
    const one = await world({ store })
    const next = nextRequest({ cookie })
    const own = one.auth.proxy(async () => {
      expect(await one.auth.session()).toBeUndefined()
      // One that is set by it, Next would put in place of those of the answer.
      expect(next.setCookies).toEqual([])
      const response = NextResponse.next()
      response.cookies.set('locale', 'de')
      return response
    })
    const request = new NextRequest(`http://next.internal${path}`, { headers: { cookie } })
    const response = await next.within(() => own(request, undefined as never))
    for (const set of [response.headers.getSetCookie(), next.setCookies]) {
      expect(set).toHaveLength(2)
      expect(set.filter((one) => /^locale=de; Path=\//.test(one))).toHaveLength(1)
      expect(set.filter((one) => /^oauth\.session\.\d=; .*Max-Age=0/.test(one))).toHaveLength(1)
    }
    expect(response.headers.get('cache-control')).toBe('private, no-store')
  })

  it('are all that is set where nobody asks for the session, and what asks for it later sets none', async () => {
    const one = await world({ store: memoryStore() })
    const cookie = 'oauth.session.0=1.unreadable'
    const next = nextRequest({ cookie })
    const own = one.auth.proxy(() => NextResponse.next({ headers: { 'set-cookie': 'locale=de' } }))
    const request = new NextRequest('http://next.internal/page', { headers: { cookie } })
    const response = await next.within(() => own(request, undefined as never))
    expect(await next.within(() => one.auth.session())).toBeUndefined()
    expect([response.headers.getSetCookie(), next.setCookies]).toEqual([['locale=de'], []])
  })
})

/** A guarded handler that renews its token, and then leaves so. */
async function renewing(leave: () => never) {
  const one = await world()
  await one.signIn()
  one.clock.ahead = EXPIRED
  const request = nextRequest({ cookie: one.cookie() })
  const handler = one.auth.protect(async (_request: Request): Promise<Response> => {
    await one.auth.accessToken()
    return leave()
  })
  const asked = new Request('http://next.internal/api', { headers: { cookie: one.cookie() } })
  return { one, request, handle: () => request.within(() => handler(asked)) }
}

describe('cookies that Next sends', () => {
  it('RF18: whether they can be set is found out without setting one', async () => {
    const one = await world()
    await one.signIn()
    one.clock.ahead = EXPIRED
    const request = nextRequest({ cookie: one.cookie() })
    const needsRefresh = () => request.within(async () => (await one.auth.session())?.needsRefresh)
    expect([await needsRefresh(), request.setCookies]).toEqual([false, []])
    request.become('render')
    expect(await needsRefresh()).toBe(true)
    await expect(request.within(() => one.auth.accessToken())).rejects.toMatchObject({ code: 'OAUTH_SESSION_READ_ONLY' })
    expect(one.provider.tokenRequests('refresh_token')).toBe(0)
  })

  it.each([
    [
      'the proxy has failed',
      { 'x-oauth-url': '/page', 'x-oauth-renewal': 'op: OAUTH_REFRESH_TRANSIENT' },
      /proxy has tried, which failed: op: OAUTH_REFRESH_TRANSIENT\. /,
    ],
    ['no proxy has run', {}, /proxy\.ts \(middleware\.ts in Next 15\) is not running for this page\. It belongs beside app\//],
    ['the proxy had nothing to renew', { 'x-oauth-url': '/page' }, /cookies cannot be set here/],
    ['somebody says something else', { 'x-oauth-renewal': 'op: OAUTH_X, <b>y</b>' }, /^(?!.*<b>).*is not running for this page/],
  ])('RF18: a page that is refused a renewal is told why: %s', async (_why, headers, message) => {
    const one = await world()
    await one.signIn()
    one.clock.ahead = EXPIRED
    const request = nextRequest({ cookie: one.cookie(), ...headers })
    request.become('render')
    const readOnly = { code: 'OAUTH_SESSION_READ_ONLY', message: expect.stringMatching(message) }
    await expect(request.within(() => one.auth.accessToken())).rejects.toMatchObject(readOnly)
    const calling = request.within(async () => (await one.auth.client())(`${one.provider.issuer}/me`))
    await expect(calling).rejects.toMatchObject(readOnly)
  })

  it('RF18: a client that a page has left for after() is refused a renewal, by an error that says so', async () => {
    const one = await world()
    await one.signIn()
    const request = nextRequest({ cookie: one.cookie() })
    request.become('render')
    const http = await request.within(() => one.auth.client())
    one.clock.ahead = EXPIRED
    request.become('after')
    await expect(request.within(() => http(`${one.provider.issuer}/me`))).rejects.toMatchObject({ code: 'OAUTH_SESSION_READ_ONLY' })
    expect(one.provider.tokenRequests('refresh_token')).toBe(0)
  })

  it('ADR 8: a logout stays when the answer of a renewal that was under way is late', async () => {
    const { http, hold } = heldClient()
    const one = await world({ http })
    await one.signIn()
    one.clock.ahead = EXPIRED
    const { sent, go } = hold()
    const request = nextRequest({ cookie: one.cookie() })
    const late = request.within(() => one.auth.accessToken()).catch((error: unknown) => error)
    await sent
    await one.browser.fetch(`${one.baseUrl}/auth/logout`, { method: 'POST', redirect: 'manual', body: new URLSearchParams() })
    expect(one.browser.cookies.get('oauth.session.0')).toBeUndefined()
    go()
    expect(await late).toMatchObject({ name: expect.stringMatching(/Error$/) })
    expect(request.setCookies).toEqual([])
  })

  it.each([
    ['not after a logout', true, 0],
    ['before one', false, 1],
  ])('ADR 8: a guarded handler sets the cookie that it has renewed when it answers: %s', async (_when, isLate, count) => {
    const one = await world()
    await one.signIn()
    one.clock.ahead = EXPIRED
    const cookie = one.cookie()
    const request = nextRequest({ cookie })
    const inner = one.auth.protect(async (_request: Request) => Response.json(await one.auth.accessToken()))
    const handler = one.auth.protect(async (asked: Request) => {
      // One guarded handler may ask another.
      const answer = await inner(asked)
      if (isLate) await one.browser.fetch(`${one.baseUrl}/auth/logout`, { method: 'POST', redirect: 'manual', body: new URLSearchParams() })
      return answer
    })
    const answer = await request.within(() => handler(new Request('http://next.internal/api', { headers: { cookie } })))
    expect([answer.status, request.setCookies.length]).toEqual([200, count])
  })

  it('RF18: a guarded handler that leaves by a redirect has its cookies set, which Next takes along', async () => {
    const { one, request, handle } = await renewing(() => redirect('/elsewhere'))
    await expect(handle()).rejects.toMatchObject({ digest: expect.stringMatching(/^NEXT_REDIRECT;replace;\/elsewhere;307;/) })
    expect(request.setCookies).toHaveLength(1)
    // What goes on after that is refused, as after any answer.
    one.clock.ahead += EXPIRED
    await expect(request.within(() => one.auth.accessToken())).rejects.toMatchObject({ code: 'OAUTH_SESSION_READ_ONLY' })
  })

  it.each([
    ['notFound()', notFound, 404],
    ['forbidden()', forbidden, 403],
    ['unauthorized()', unauthorized, 401],
  ])(
    'RF18: a guarded handler that leaves by %s is answered as Next does, whose cookies go with an answer alone',
    async (_name, leave, status) => {
      vi.stubEnv('__NEXT_EXPERIMENTAL_AUTH_INTERRUPTS', 'true')
      const { request, handle } = await renewing(leave)
      const answer = await handle()
      expect([answer?.status, answer?.headers.get('cache-control'), await answer?.text()]).toEqual([status, 'private, no-store', ''])
      expect(request.setCookies).toHaveLength(1)
    },
  )

  it.each([
    ['an error', new Error('The handler has failed.')],
    ['an error of a name that Next uses', new Error('NEXT_REDIRECT')],
    ['an error of another digest', Object.assign(new Error('x'), { digest: 'NEXT_REDIRECTED' })],
    ['nothing', undefined],
  ])('RF18: a guarded handler that throws %s has its cookies in a 500, and the operator is told', async (_what, thrown) => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const { request, handle } = await renewing(() => {
      throw thrown
    })
    const answer = await handle()
    expect([answer?.status, answer?.headers.get('cache-control'), await answer?.text()]).toEqual([500, 'private, no-store', ''])
    expect([request.setCookies.length, log.mock.calls]).toEqual([1, [[thrown]]])
  })

  it('RF18: what a guarded handler throws is its own where no cookie waits, and for the guards around it', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const thrown = new Error('The handler has failed.')
    const one = await world()
    await one.signIn()
    const cookie = one.cookie()
    const asked = new Request('http://next.internal/api', { headers: { cookie } })
    const inner = one.auth.protect(async (_request: Request): Promise<Response> => {
      await one.auth.accessToken()
      throw thrown
    })
    await expect(nextRequest({ cookie }).within(() => inner(asked))).rejects.toBe(thrown)
    one.clock.ahead = EXPIRED
    const request = nextRequest({ cookie })
    const outer = one.auth.protect(async (request: Request) =>
      inner(request).catch((error) => new Response(String(error), { status: 409 })),
    )
    expect((await request.within(() => outer(asked))).status).toBe(409)
    expect([request.setCookies.length, log.mock.calls]).toEqual([1, []])
  })

  it.each([
    ['a prefetch of the router', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, '/auth/logout', 'alice'],
    ['a prefetch of the browser', { 'sec-fetch-mode': 'navigate', 'sec-purpose': 'prefetch' }, '/auth/logout', 'alice'],
    ['a script that posts', { 'sec-fetch-mode': 'cors', origin: 'http://next.internal' }, '/session/end', undefined],
    ['an action', { 'sec-fetch-mode': 'cors', 'next-action': 'x' }, '/session/end', undefined],
    ['a person', { 'sec-fetch-mode': 'navigate' }, '/session/end', undefined],
  ])('SS15: logout() in a handler for %s', async (_who, headers, path, left) => {
    const one = await world()
    await one.signIn()
    const request = nextRequest({ cookie: one.cookie(), ...headers })
    const { digest } = (await request.within(() => one.auth.logout()).catch((error: unknown) => error)) as { readonly digest: string }
    expect(digest).toContain(`${path === '/auth/logout' ? one.baseUrl : one.provider.issuer}${path}`)
    expect(request.setCookies.length).toBe(left === undefined ? 1 : 0)
    expect((await nextRequest({ cookie: one.cookie() }).within(() => one.auth.session()))?.user.sub).toBe(left)
  })

  it.each([
    ['a script', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, 0],
    ['an action', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'next-action': 'x' }, 0],
    ['a person who goes there', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 1],
    ['a browser that does not say', {}, 1],
  ])('ADR 8: a session that is over is cleared for %s (%j): %i', async (_who, headers, count) => {
    const one = await world()
    await one.signIn()
    one.clock.ahead = LIFETIME
    const cookie = one.cookie()
    // The browser may have the cookie of a new login by the time that this answer comes.
    const request = nextRequest({ cookie, ...headers })
    expect(await request.within(() => one.auth.session())).toBeUndefined()
    expect(request.setCookies.length).toBe(count)
    const response = await one.auth.proxy(new NextRequest('http://next.internal/page', { headers: { cookie, ...headers } }))
    expect(response.headers.getSetCookie()).toHaveLength(count)
  })
})
