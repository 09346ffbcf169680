import { nextFrameworks } from '@oauth-test/web/next'
import { NAVIGATION, raw } from '@oauth-test/web/raw'
import { useWorld } from '@oauth-test/web/world'
import { describe, expect, it } from 'vitest'

const applications = nextFrameworks.flatMap((framework) => [
  { name: `${framework.name}, sessions in cookies`, framework, stored: false },
  { name: `${framework.name}, sessions in a store`, framework, stored: true },
])

describe.each(applications)("a proxy of the application's own: $name", ({ framework, stored }) => {
  const world = useWorld(framework, { stored })

  it.each([
    ['that cannot be read', 'oauth.session.0=1.unreadable'],
    ['of which the first part is gone', 'oauth.session.1=left'],
  ])('keeps the cookie that it sets where session() clears one %s', async (_what, cookie) => {
    const { setCookie } = await raw(world.app.baseUrl, '/localised', { headers: { ...NAVIGATION, cookie } })
    const pairs = setCookie.map((set) => set.split(';')[0])
    expect(new Set(pairs)).toEqual(new Set(['locale=en', `${cookie.split('=')[0]}=`]))
    expect(pairs).toHaveLength(2)
  })

  it('knows who is there, and keeps its cookie beside a session that is renewed', async () => {
    const browser = await world.loggedIn()
    await world.app.restart({ ahead: 4000 })
    await browser.goto(`${world.app.baseUrl}/localised`)
    expect(browser.cookies.get('locale')?.value).toBe('de')
    expect((await (await browser.fetch(`${world.app.baseUrl}/token`)).json()).accessTokenHash).toMatch(/^[\w-]{43}$/)
  })
})
