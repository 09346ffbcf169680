import { nextAtLocalhost } from '@oauth-test/web/next'
import { NAVIGATION, type RawAnswer, raw } from '@oauth-test/web/raw'
import { useWorld } from '@oauth-test/web/world'
import { describe, expect, it } from 'vitest'

const applications = nextAtLocalhost.flatMap((framework) => [
  { name: `${framework.name}, sessions in cookies`, framework, stored: false },
  { name: `${framework.name}, sessions in a store`, framework, stored: true },
])

describe.each(applications)("a proxy of the application's own: $name", ({ framework, stored }) => {
  const world = useWorld(framework, { stored })

  async function get(path: string, headers = NAVIGATION): Promise<RawAnswer> {
    return raw(world.app.baseUrl, path, { headers })
  }

  it.each([
    ['that cannot be read', 'oauth.session.0=1.unreadable'],
    ['of which the first part is gone', 'oauth.session.1=left'],
  ])('keeps the cookie that it sets where session() clears one %s', async (_what, cookie) => {
    const { setCookie } = await raw(world.app.baseUrl, '/localised', { headers: { ...NAVIGATION, cookie } })
    const pairs = setCookie.map((set) => set.split(';')[0])
    expect(new Set(pairs)).toEqual(new Set(['locale=en', `${cookie.split('=')[0]}=`]))
    expect(pairs).toHaveLength(2)
  })

  it.each(['/members', '/members/report.txt'])(
    'SS20: %s, for which it asks who is there, no cache may keep, neither as members get it nor as strangers do',
    async (path) => {
      const cookie = (await world.loggedIn()).cookies.header(world.app.baseUrl)
      const [strangers, members] = [await get(path), await get(path, { ...NAVIGATION, cookie })]
      expect([strangers.status, strangers.body.includes('static')]).toEqual(path.includes('.') ? [403, false] : [200, true])
      expect([members.status, /members/.test(members.body)]).toEqual([200, true])
      expect([strangers.headers['cache-control'], members.headers['cache-control']]).toEqual(['private, no-store', 'private, no-store'])
      // Of a page Next itself says what it varies by.
      if (path.includes('.'))
        expect([strangers.headers['vary'], members.headers['vary']]).toEqual(Array(2).fill(expect.stringMatching(/^Cookie\b/)))
    },
  )

  it('SS20: /members/open, for which it asks nothing, is as cacheable as Next makes it', async () => {
    const { headers, body } = await get('/members/open')
    expect([headers['cache-control'], body.includes('open')]).toEqual(['s-maxage=31536000', true])
    expect(headers['vary'] ?? '').not.toMatch(/\bcookie\b/i)
  })

  it('knows who is there, and keeps its cookie beside a session that is renewed', async () => {
    const browser = await world.loggedIn()
    await world.app.restart({ ahead: 4000 })
    await browser.goto(`${world.app.baseUrl}/localised`)
    expect(browser.cookies.get('locale')?.value).toBe('de')
    expect((await (await browser.fetch(`${world.app.baseUrl}/token`)).json()).accessTokenHash).toMatch(/^[\w-]{43}$/)
  })
})
