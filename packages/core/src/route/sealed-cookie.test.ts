import { describe, expect, it } from 'vitest'
import { testEnvironment } from '../../test/environment.js'
import type { Form } from '../http/form.js'
import { type SetCookie, serialiseCookie } from './cookie.js'
import { type SealedCookieOptions, sealedCookie } from './sealed-cookie.js'
import { SECRET, SESSION_COOKIE, world } from './testing/world.js'

const NAME = '__Host-oauth.session'
const OTHER_SECRET = 'the second secret of the application, long enough'

function cookie(options: Partial<SealedCookieOptions> = {}) {
  return sealedCookie({ name: NAME, secrets: [SECRET], secure: true, maxAge: 3600, environment: testEnvironment(), ...options })
}

/** A value that takes this many cookies. */
function textOf(chunks: number): string {
  return 'x'.repeat([0, 100, 4000, 6000][chunks] ?? 0)
}

function applied(jar: Form, set: readonly SetCookie[]): Form {
  const names = new Set(set.map(({ name }) => name))
  return [
    ...jar.filter(([name]) => !names.has(name)),
    ...set.filter(({ maxAge }) => maxAge > 0).map(({ name, value }) => [name, value] as const),
  ]
}

/** Chunks as an earlier, larger session has left them. */
function stale(count: number): Form {
  return Array.from({ length: count }, (_, index) => [`${NAME}.${index}`, `${count}.${'stale'.repeat(index)}`] as const)
}

describe('SS04: attributes', () => {
  it('cookies are __Host-, Secure, HttpOnly, SameSite=Lax, for the whole path and no domain', async () => {
    const { cookies } = await world().login(world().browser())
    const app = world()
    const set = [...cookies, ...(await app.login(app.browser())).cookies, ...(await app.browser().go('/auth/demo/login')).cookies].map(
      serialiseCookie,
    )
    expect(set.length).toBeGreaterThan(2)
    for (const text of set)
      expect(text).toMatch(/^__Host-oauth\.(session\.0|login\.[\w-]{16})=[\w.-]*; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
  })

  it('RFC 6265 §5.2.2: Max-Age is a whole number, or browsers overlook it', async () => {
    const app = world({ session: { lifetime: 86_400.5 } })
    const { cookies } = await app.login(app.browser())
    expect(cookies.map(serialiseCookie)).toContainEqual(expect.stringContaining('session.0='))
    for (const text of cookies.map(serialiseCookie)) expect(text).toMatch(/; Max-Age=\d+; /)
  })

  it('on http loopback, and nowhere else, they are without __Host- and Secure', async () => {
    const app = world({ baseUrl: 'http://localhost:3000' })
    const { cookies } = await app.login(app.browser())
    for (const text of cookies.map(serialiseCookie))
      expect(text).toMatch(/^oauth\.(session\.0|login\.[\w-]{16})=[\w.-]*; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(() => world({ baseUrl: 'http://app.example' })).toThrow(/must use https/)
  })
})

describe('SS06: a value that changes its number of chunks', () => {
  it.each([
    [3, 2],
    [2, 1],
    [1, 2],
    [3, 1],
    [1, 3],
  ])('from %i to %i it survives, and leftovers are cleared', async (before, after) => {
    const sealed = cookie()
    let jar = applied([], await sealed.write(textOf(before), []))
    expect(jar).toHaveLength(before)
    jar = applied(jar, await sealed.write(textOf(after), jar))
    expect(jar).toHaveLength(after)
    expect(await sealed.read(jar)).toBe(textOf(after))
  })

  it.each([
    [3, 2],
    [2, 1],
    [3, 1],
  ])('from %i to %i it survives a browser that ignores the clearing', async (before, after) => {
    const sealed = cookie()
    const old = applied([], await sealed.write(textOf(before), []))
    const written = (await sealed.write(textOf(after), old)).filter(({ maxAge }) => maxAge > 0)
    expect(await sealed.read(applied(old, written))).toBe(textOf(after))
  })

  it('12 stale chunks are cleared by one write, and by reading nothing', async () => {
    const sealed = cookie()
    const set = await sealed.write('new', stale(12))
    expect(set.filter(({ maxAge }) => maxAge === 0).map(({ name }) => name)).toEqual(
      Array.from({ length: 11 }, (_, index) => `${NAME}.${index + 1}`),
    )
    expect(await sealed.read(applied(stale(12), set))).toBe('new')
    expect(await sealed.read(stale(12))).toBeUndefined()
  })

  it('LO12 SS17: clearing covers all 12 chunks, with the attributes they were set with', () => {
    const cleared = cookie().clear(stale(12))
    expect(cleared).toHaveLength(12)
    for (const [index, one] of cleared.entries()) {
      expect(serialiseCookie(one)).toBe(`${NAME}.${index}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure`)
    }
  })
})

describe('SS07: chunks that were tampered with', () => {
  async function threeChunks(): Promise<Form> {
    return applied([], await cookie().write(textOf(3), []))
  }
  const at = (jar: Form, index: number) => jar[index] ?? ['', '']

  it.each<[string, (jar: Form) => Form]>([
    ['one missing', (jar) => jar.filter(([name]) => !name.endsWith('.1'))],
    ['the last missing', (jar) => jar.slice(0, 2)],
    ['the first missing', (jar) => jar.slice(1)],
    ['two swapped', (jar) => [at(jar, 0), [at(jar, 1)[0], at(jar, 2)[1]], [at(jar, 2)[0], at(jar, 1)[1]]]],
    ['one given twice', (jar) => [...jar, at(jar, 1)]],
    ['the first given twice', (jar) => [...jar, at(jar, 0)]],
    ['a count of 16 and no more chunks', (jar) => [[at(jar, 0)[0], at(jar, 0)[1].replace(/^3/, '16')], ...jar.slice(1)]],
    ['a count too small', (jar) => [[at(jar, 0)[0], at(jar, 0)[1].replace(/^3/, '2')], ...jar.slice(1)]],
    ['a count of 0', () => [[`${NAME}.0`, '0.abc']]],
    ['a count of 99999999', () => [[`${NAME}.0`, '99999999.abc']]],
    ['a count that is negative', () => [[`${NAME}.0`, '-1.abc']]],
    ['a count that is no number', () => [[`${NAME}.0`, 'NaN.abc']]],
    ['no count', () => [[`${NAME}.0`, 'abc']]],
    ['an index of 99999999 alone', () => [[`${NAME}.99999999`, '1.abc']]],
  ])('%s: absent, not an error', async (_name, tamper) => {
    expect(await cookie().read(tamper(await threeChunks()))).toBeUndefined()
  })

  it('an extra chunk, and one of index 99999999, are not looked at', async () => {
    const extra: Form = [...(await threeChunks()), [`${NAME}.3`, 'evil'], [`${NAME}.99999999`, 'evil'], [`${NAME}.-1`, 'evil']]
    expect(await cookie().read(extra)).toBe(textOf(3))
    expect(
      cookie()
        .clear(extra)
        .map(({ name }) => name),
    ).toEqual([0, 1, 2, 3].map((index) => `${NAME}.${index}`))
  })

  it('F29: one chunk lost by the browser is a logged-out visit that clears the others', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser, { claims: { bio: 'x'.repeat(1500) } })
    expect(browser.jar.size).toBe(2)
    browser.jar.delete('__Host-oauth.session.1')
    const visit = await browser.open()
    expect(visit.user).toBeUndefined()
    browser.take(visit)
    expect([...browser.jar.keys()]).toEqual([])
  })

  it('SS05: two session cookies of one name are nobody: neither is chosen', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    const request = browser.request('/')
    const tossed: Form = [[SESSION_COOKIE, '1.evil'], ...request.cookies]
    for (const cookies of [tossed, tossed.toReversed()]) {
      expect((await app.routes.open({ ...request, cookies }, { writable: () => true })).user).toBeUndefined()
    }
  })
})

describe('SS08: size', () => {
  it('no cookie is larger than 4096 octets with its name, all together at most 8 KiB, for every value that fits', async () => {
    const sealed = cookie()
    let largest = 0
    for (let length = 100; length < 7000; length += 61) {
      const set = await sealed.write('x'.repeat(length), []).catch(() => undefined)
      if (set === undefined) continue
      const sizes = set.map(({ name, value }) => name.length + value.length)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(4096)
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(8192)
      largest = length
    }
    expect(largest).toBeGreaterThan(5500)
  })

  it('more is a typed error before any Set-Cookie, which says what to leave out', async () => {
    await expect(cookie().write('x'.repeat(6200), [])).rejects.toMatchObject({
      code: 'OAUTH_SESSION_TOO_LARGE',
      message: expect.stringMatching(/fewer scopes or claims, set "userinfo: false".*link fewer logins\.$/),
    })
  })

  it('a login whose session does not fit fails as a whole: the session that was there goes on', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const { error, cookies } = await app.login(browser, { sub: 'bob', claims: { bio: 'x'.repeat(6000) } })
    expect(error).toMatchObject({ code: 'OAUTH_SESSION_TOO_LARGE' })
    expect(cookies.filter(({ name }) => name.includes('session'))).toEqual([])
    expect((await browser.open()).user?.sub).toBe('alice')
  })
})

describe('SS09: a seal that does not hold', () => {
  const header = (parameters: object) => Buffer.from(JSON.stringify(parameters)).toString('base64url')

  it.each<[string, (sealed: string) => string]>([
    ['one bit flipped', (sealed) => sealed.slice(0, -1) + (sealed.endsWith('A') ? 'B' : 'A')],
    ['no JWE', () => 'not a JWE'],
    ['nothing', () => ''],
    ['dots', () => '....'],
    [
      'alg PBES2 with a million rounds',
      (sealed) =>
        `${header({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 1_000_000, p2s: 'AAAA' })}${sealed.slice(sealed.indexOf('.'))}`,
    ],
    ['alg none', (sealed) => `${header({ alg: 'none' })}${sealed.slice(sealed.indexOf('.'))}`],
    ['alg dir, no kid', (sealed) => `${header({ alg: 'dir', enc: 'A256GCM' })}${sealed.slice(sealed.indexOf('.'))}`],
    ['zip', (sealed) => `${header({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })}${sealed.slice(sealed.indexOf('.'))}`],
    ['an encrypted key where dir has none', (sealed) => sealed.replace('..', '.AAAA.')],
    ['a JWS', () => 'eyJhbGciOiJub25lIn0.eyJ2IjoxfQ.'],
    ['1 MiB', (sealed) => sealed.padEnd(1_048_576, 'A')],
    ['characters that are not base64url', (sealed) => `${sealed.slice(0, -4)}%%%%`],
  ])('%s: absent, not an error', async (_name, spoil) => {
    const sealed = cookie()
    const [set] = await sealed.write('value', [])
    const text = set?.value.slice('1.'.length) ?? ''
    expect(await sealed.read([[`${NAME}.0`, `1.${text}`]])).toBe('value')
    expect(await sealed.read([[`${NAME}.0`, `1.${spoil(text)}`]])).toBeUndefined()
  })

  it('a wrong key: absent, not an error', async () => {
    const jar = applied([], await cookie({ secrets: [OTHER_SECRET] }).write('value', []))
    expect(await cookie().read(jar)).toBeUndefined()
  })

  it('SS03: a session that nobody sealed is never adopted, whatever id it claims', async () => {
    const app = world()
    const browser = app.browser()
    browser.jar.set(
      SESSION_COOKIE,
      `1.${Buffer.from(JSON.stringify({ v: 1, id: 'chosen', createdAt: app.clock.time, usedAt: app.clock.time, generation: 0, providers: {} })).toString('base64url')}`,
    )
    const visit = await browser.open()
    expect(visit.user).toBeUndefined()
    expect(browser.take(visit)).toEqual([expect.objectContaining({ name: SESSION_COOKIE, value: '', maxAge: 0 })])
  })
})

describe('SS10: change of the secret', () => {
  it('[new, old] reads what old sealed and seals with new; [new] alone ends old sessions', async () => {
    const old = cookie({ secrets: [SECRET] })
    const both = cookie({ secrets: [OTHER_SECRET, SECRET] })
    const only = cookie({ secrets: [OTHER_SECRET] })
    const before = applied([], await old.write('value', []))
    expect(await both.read(before)).toBe('value')
    expect(await only.read(before)).toBeUndefined()
    const after = applied(before, await both.write('value', before))
    expect(await only.read(after)).toBe('value')
    expect(await old.read(after)).toBeUndefined()
  })
})

describe('SS12: a cookie for another purpose', () => {
  it('a session sealed for another cookie name, or another application, is absent', async () => {
    const [set] = await cookie({ name: '__Host-other.session' }).write('value', [])
    expect(await cookie().read([[`${NAME}.0`, set?.value ?? '']])).toBeUndefined()
  })

  it('a transaction cookie is no session cookie, and the other way round', async () => {
    const app = world()
    const browser = app.browser()
    await app.start(browser)
    const [[name, transaction] = ['', '']] = [...browser.jar]
    await app.login(browser)
    const session = browser.jar.get(SESSION_COOKIE) ?? ''
    browser.jar.set(SESSION_COOKIE, `1.${transaction}`)
    expect((await browser.open()).user).toBeUndefined()
    browser.jar.set(name, session.slice(2))
    const { error } = await browser.go(`/auth/demo/callback?code=A&state=${name.slice('__Host-oauth.login.'.length)}`)
    expect(error).toMatchObject({ code: 'OAUTH_NO_TRANSACTION' })
  })

  it("an application's session is absent in another one with the same secret and another name", async () => {
    const [a, b] = [world({ session: { name: 'a' } }), world({ session: { name: 'b' } })]
    const browser = a.browser()
    await a.login(browser)
    const other = b.browser()
    other.jar.set('__Host-b.session.0', browser.jar.get('__Host-a.session.0') ?? '')
    expect((await other.open()).user).toBeUndefined()
  })
})
