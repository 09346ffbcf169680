import { describe, expect, it } from 'vitest'
import { answer } from '../../test/answers.js'
import { type AnyOAuthError, isOAuthError } from '../error/any-oauth-error.js'
import { OAuthError } from '../error/oauth-error.js'
import { ProtocolError } from '../error/protocol-error.js'
import { RefreshError } from '../error/refresh-error.js'
import { StoreError } from '../error/store-error.js'
import { TransportError } from '../error/transport-error.js'
import { UsageError } from '../error/usage-error.js'
import { errorPage, statusOf } from './error-page.js'
import { registered, world } from './testing/world.js'

const HOSTILE = {
  error: '<script>alert("error")</script>',
  error_description: '"><img src=x onerror=alert(1)>\r\nSet-Cookie: evil=1\r\n[oauth] audit: ok',
  error_uri: 'javascript:alert(1)',
}

/** The error of a callback whose parameters are hostile. */
async function refusal(different: Readonly<Record<string, string>>): Promise<AnyOAuthError> {
  const app = world()
  const browser = app.browser()
  const { error } = await browser.go(`/auth/demo/callback?${app.server.authorize(await app.start(browser), { answer: different })}`)
  if (!isOAuthError(error)) throw new Error('that was no OAuthError')
  return error
}

describe('AR21: the default page', () => {
  it('echoes nothing of the answer; what the error carries is escaped and capped', async () => {
    const error = await refusal({ ...HOSTILE, error_description: HOSTILE.error_description.repeat(500) })
    const { body = '', status } = errorPage(error)
    expect(status).toBe(400)
    for (const text of ['script', 'img', 'alert', 'evil', 'Set-Cookie', 'audit']) expect(body).not.toContain(text)
    expect(body).toContain('OAUTH_AUTHORIZATION_RESPONSE')
    expect(error).toMatchObject({ name: 'AuthorizationResponseError' })
    expect(error.message.length).toBeLessThan(1000)
    expect(error.message).not.toMatch(/\p{Cc}/u)
  })

  it('allows no script, no frame, no cache and no referrer', async () => {
    const { headers } = errorPage(await refusal(HOSTILE))
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(headers).toMatchObject({
      'cache-control': 'private, no-store',
      'referrer-policy': 'no-referrer',
      'content-type': 'text/html; charset=utf-8',
    })
  })

  it.each([
    ['access_denied', 400],
    ['constructor', 400],
    ['server_error', 502],
    ['temporarily_unavailable', 502],
    ['invalid_scope', 500],
    ['unauthorized_client', 500],
  ])('RFC 6749 §4.1.2.1: "%s" of the provider is %i: what a person cannot help is told to the operators', async (error, status) => {
    expect(errorPage(await refusal({ error }))).toMatchObject({ status, body: expect.stringContaining('OAUTH_AUTHORIZATION_RESPONSE') })
  })

  it.each([
    ['a refused answer', 'OAUTH_NO_TRANSACTION', 400],
    ['a provider that is down', new TransportError('token', { reason: 'timeout', sent: 'maybe' }), 502],
    ['a wrong set-up', new UsageError('wrong'), 500],
    ['a token that is gone, as another tab has logged out', new UsageError('gone', { code: 'OAUTH_MISSING_TOKEN' }), 401],
  ])('%s has a status of its own', async (_name, error, status) => {
    const thrown = typeof error === 'string' ? (await world().browser().go('/auth/demo/callback?code=a&state=b')).error : error
    if (!isOAuthError(thrown)) throw new Error('that was no OAuthError')
    expect(errorPage(thrown)).toMatchObject({ status, body: expect.stringContaining(typeof error === 'string' ? error : error.code) })
  })

  const mismatch = new ProtocolError('OAUTH_STATE_MISMATCH', 'wrong', { reference: 'RFC 6749 §10.12' })

  it.each<[number, AnyOAuthError, boolean]>([
    [400, mismatch, true],
    [401, new RefreshError({ kind: 'terminal', reason: 'invalid_grant' }), true],
    [502, new TransportError('token', { reason: 'timeout', sent: 'maybe' }), true],
    [503, new StoreError('read'), true],
    [500, new UsageError('wrong'), false],
  ])('%i offers a new login where one can help, by a plain link', (status, error, offered) => {
    const { body = '', ...page } = errorPage(error, { login: '/shop/auth/demo/login' })
    expect([page.status, body.includes('<a href="/shop/auth/demo/login">Log in again</a>')]).toEqual([status, offered])
    const { body: without = '', ...same } = errorPage(error)
    expect(without).not.toContain('<a')
    expect(page).toEqual(same)
  })

  it('OpenID Connect Core §5.3.2: a signed UserInfo answer that is refused is the fault of the provider, not of the person', async () => {
    const app = world({}, { userinfo: true })
    app.server.scripts.userinfo = () => answer(200, 'e30.e30.e30', { 'content-type': 'application/jwt' })
    const { error } = await app.login(app.browser())
    if (!isOAuthError(error)) throw new Error('that was no OAuthError')
    expect([error.code, statusOf(error)]).toEqual([expect.stringMatching(/^OAUTH_JWT_/), 502])
  })

  it('the path of the login is below the base path, and a path is no HTML', () => {
    const { routes } = world({ baseUrl: 'https://app.example/a&lt/', providers: { demo: registered, other: registered } })
    expect([routes.loginPath(), routes.loginPath('other')]).toEqual(['/a&lt/auth/demo/login', '/a&lt/auth/other/login'])
    expect(() => routes.loginPath('typo')).toThrow(/no provider "typo"/)
    expect(errorPage(mismatch, { login: routes.loginPath() }).body).toContain('<a href="/a&amp;lt/auth/demo/login">')
    expect(errorPage(mismatch, { login: '"><script>' }).body).not.toMatch(/"><script/)
  })

  it('an error of a newer copy of the library is a plain 500', () => {
    class FutureError extends OAuthError {
      override readonly name = 'FutureError'
      readonly code = 'OAUTH_USAGE'
    }
    const error = new FutureError('from the future')
    if (!isOAuthError(error)) throw new Error('that was no OAuthError')
    expect(statusOf(error)).toBe(500)
  })
})

describe('AR22: CR and LF', () => {
  it.each(['error', 'iss', 'state', 'error_description', 'code'])('in "%s" get into no header, cookie or message', async (name) => {
    for (const evil of ['x\r\nSet-Cookie: evil=1', 'x\n[oauth] audit: ok', '%0d%0aSet-Cookie:%20evil=1', '\u2028evil', '\u0085evil']) {
      const app = world()
      const browser = app.browser()
      const url = await app.start(browser, { returnTo: `/${evil}` })
      const also = name === 'error_description' ? { error: 'access_denied' } : {}
      const { headers, location, cookies, error } = await browser.go(
        `/auth/demo/callback?${app.server.authorize(url, { answer: { ...also, [name]: evil } })}`,
      )
      expect(JSON.stringify([headers, location, cookies])).not.toMatch(/evil|\\r|\\n/)
      expect(isOAuthError(error)).toBe(true)
      expect((error as Error).message).not.toMatch(/[\r\n\u0085\u2028]/)
    }
  })
})
