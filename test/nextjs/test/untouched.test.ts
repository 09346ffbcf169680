import { nextFrameworks } from '@oauth-test/web/next'
import { NAVIGATION, type RawAnswer, raw } from '@oauth-test/web/raw'
import { useWorld } from '@oauth-test/web/world'
import { describe, expect, it } from 'vitest'

/** Seconds by which the token has expired, and the session is due to be rolled. */
const LATER = 100_000

describe.each(nextFrameworks)('$name', (framework) => {
  const world = useWorld(framework)

  /** Headers that do not tell one answer from another one to the same request. */
  function compared({ status, headers, setCookie, body }: RawAnswer): unknown {
    const { date: _, ...others } = headers
    return { status, headers: others, setCookie, body }
  }

  /** Of somebody whose token has expired: what there is to do is waiting. */
  async function somebody(): Promise<string> {
    const { app } = world
    await app.restart({ ahead: 0 })
    const cookie = (await world.loggedIn()).cookies.header(app.baseUrl)
    await app.restart({ ahead: LATER })
    return cookie
  }

  it('what Next has built, and files, are left alone by a proxy without a matcher, whoever asks and whatever is due', async () => {
    const cookie = await somebody()
    const { app, provider } = world
    const { body } = await raw(app.baseUrl, '/hook')
    const built = new Set(body.match(/\/_next\/static\/[\w/.-]+\.(?:js|css)/g))
    expect(built.size).toBeGreaterThan(2)
    const before = provider.requests.length
    for (const path of [...built, '/file.txt', '/file.txt?x=1', '/_next/image?url=%2Ffile.txt&w=64&q=75']) {
      const [anybody, theirs] = [await raw(app.baseUrl, path), await raw(app.baseUrl, path, { headers: { ...NAVIGATION, cookie } })]
      expect([path, compared(theirs)]).toEqual([path, compared(anybody)])
      expect([path, theirs.setCookie, /cookie/i.test(theirs.headers['vary'] ?? '')]).toEqual([path, [], false])
      if (built.has(path)) expect([path, theirs.headers['cache-control']]).toEqual([path, 'public, max-age=31536000, immutable'])
    }
    expect(provider.requests.length).toBe(before)
  })

  it('SS20: a page that was rendered when it was built is the same for everybody, and as cacheable as Next makes it for nobody', async () => {
    const { app } = world
    const { headers, setCookie, body } = await raw(app.baseUrl, '/static')
    expect([headers['x-nextjs-cache'], headers['cache-control'], setCookie]).toEqual(['HIT', 's-maxage=31536000', []])
    const cookie = await somebody()
    const theirs = await raw(app.baseUrl, '/static', { headers: { ...NAVIGATION, cookie } })
    expect(theirs.body).toBe(body)
    // The proxy has renewed their token, and says so to nobody else.
    expect(theirs.setCookie).not.toEqual([])
    expect(theirs.headers['cache-control']).toBe('private, no-store')
  })

  it('SS20: no answer with a cookie may be cached, nor one that was made from a session', async () => {
    const cookie = await somebody()
    const { app } = world
    for (const path of ['/', '/proxied', '/token', '/guarded', '/guarded/api', '/actions', '/rendered', '/static', '/hook']) {
      for (const rsc of [{}, { rsc: '1' }]) {
        const { headers, setCookie, status } = await raw(app.baseUrl, path, { headers: { ...NAVIGATION, ...rsc, cookie } })
        if (status >= 300) continue
        expect([path, setCookie.length > 0 ? /no-store/.test(headers['cache-control'] ?? '') : true]).toEqual([path, true])
        if (!['/static', '/hook'].includes(path))
          expect([path, headers['cache-control']]).toEqual([path, expect.stringMatching(/private.*no-store/)])
      }
    }
  })
})
