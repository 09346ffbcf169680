import { login } from '@oauth-test/provider'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { oauth } from '../src/index.js'
import { closeAll, type World, world } from './world.js'

afterEach(async () => {
  vi.restoreAllMocks()
  await closeAll()
})

/** Where a browser ends that goes to one of the routes, and how it was led there. */
async function led({ browser, baseUrl }: World, path: string): Promise<readonly [number | undefined, string]> {
  const { url, history } = await browser.goto(`${baseUrl}${path}`)
  return [history.at(-2)?.status, url.slice(baseUrl.length)]
}

/** The address of an answer that says no, to the login that this browser has begun. */
async function refusal({ browser, baseUrl, provider }: World, error: string): Promise<string> {
  const { history } = await browser.goto(`${baseUrl}/auth/op/login`)
  const state = history.map(({ url }) => new URL(url).searchParams.get('state')).find((found) => found !== null) ?? ''
  return `/auth/op/callback?${new URLSearchParams({ error, state, iss: provider.issuer, error_description: 'made up', error_uri: '//evil.example' })}`
}

describe('errorPath', () => {
  it.each([
    ['RFC 6749 §4.1.2.1', 'access_denied', '&reason=access_denied'],
    ['OpenID Connect Core §3.1.2.6', 'request_uri_not_supported', '&reason=request_uri_not_supported'],
    ['no registered word', 'call_0900_now', ''],
    ['no word', '&x=//evil.example', ''],
  ])('is where a login ends that the provider refuses: %s', async (_from, error, reason) => {
    const one = await world({ errorPath: '/sign-in-failed?from=login' })
    const path = await refusal(one, error)
    expect(await led(one, path)).toEqual([303, `/sign-in-failed?from=login&error=OAUTH_AUTHORIZATION_RESPONSE${reason}`])
    // The attempt is over, as before the library's own page.
    expect(one.browser.cookies.header(one.baseUrl)).toBe('')
  })

  it('is where one ends that nobody began, and one that cannot begin, which is printed', async () => {
    const one = await world({ errorPath: '/sign-in-failed' })
    expect(await led(one, '/auth/op/callback?code=c&state=s')).toEqual([303, '/sign-in-failed?error=OAUTH_NO_TRANSACTION'])
    const printed = vi.spyOn(console, 'error').mockReturnValue().mock.calls
    await one.provider.close()
    expect(await led(one, '/auth/op/login?returnTo=//evil.example')).toEqual([303, '/sign-in-failed?error=OAUTH_REFUSED'])
    expect(printed).toEqual([[expect.objectContaining({ code: 'OAUTH_REFUSED' })]])
  })

  it('is no cached answer, and nothing of the other routes', async () => {
    const one = await world({ errorPath: '/sign-in-failed' })
    const { headers } = await one.browser.fetch(`${one.baseUrl}/auth/op/callback?code=c&state=s`, { redirect: 'manual' })
    expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['private, no-store', 'no-referrer'])
    expect((await one.browser.goto(`${one.baseUrl}/auth/user`)).status).toBe(401)
    expect((await login(await one.browser.goto(`${one.baseUrl}/auth/op/login`), { username: 'alice' })).url).toBe(`${one.baseUrl}/`)
  })

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/.//evil.example',
    '/\t/evil.example',
    'failed',
    '',
    '/failed#x',
    '/auth/op/login',
    '/auth/op/login?x',
    17,
  ])('RD07: is a path of this application, and no route of the library: %j', async (errorPath) => {
    const op = { issuer: 'https://as.example', clientId: 'client' }
    const { handlers } = oauth({
      baseUrl: 'https://app.example',
      secret: 'x'.repeat(32),
      providers: { op },
      errorPath: errorPath as string,
    })
    await expect(handlers.GET(new Request('https://app.example/auth/user'))).rejects.toThrow('Option "errorPath"')
  })
})
