import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { JsonProvider } from '../src/framework.ts'
import { applications, frameworks } from '../src/frameworks.ts'
import { NAVIGATION, raw } from '../src/raw.ts'
import { refusalOf } from '../src/refusal.ts'
import { type AnsweredLogin, answeredLogin, loginCookies, sessionCookies, subOf } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Changes one bit of one part of a JWE. */
function flipped(jwe: string, part: number): string {
  return jwe
    .split('.')
    .map((text, index) => {
      if (index !== part || text === '') return text
      const bytes = Buffer.from(text, 'base64url')
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
      return bytes.toString('base64url')
    })
    .join('.')
}

/** What somebody may put where a sealed text was. */
const HOSTILE: readonly (readonly [string, (sealed: string, other: string) => string])[] = [
  ['a flipped bit in the header', (sealed) => flipped(sealed, 0)],
  ['a flipped bit in the initialisation vector', (sealed) => flipped(sealed, 2)],
  ['a flipped bit in the ciphertext', (sealed) => flipped(sealed, 3)],
  ['a flipped bit in the tag', (sealed) => flipped(sealed, 4)],
  ['truncated', (sealed) => sealed.slice(0, -10)],
  ['half of it', (sealed) => sealed.slice(0, sealed.length >> 1)],
  ['nothing', () => ''],
  ['sealed by another key', (_sealed, other) => other],
  [
    'a header that asks for PBES2 with many rounds',
    (sealed) =>
      [encoded({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2s: 'AAAA', p2c: 2_000_000_000 }), 'AAAA', ...sealed.split('.').slice(2)].join(
        '.',
      ),
  ],
  [
    'a header of dir with another kid',
    (sealed) => [encoded({ alg: 'dir', enc: 'A256GCM', kid: '../../etc/passwd' }), ...sealed.split('.').slice(1)].join('.'),
  ],
  [
    'a header that asks for compression',
    (sealed) => [encoded({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' }), ...sealed.split('.').slice(1)].join('.'),
  ],
  [
    'a JWT of alg none',
    () =>
      `${encoded({ alg: 'none' })}.${encoded({ v: 1, id: 'x', createdAt: 1, usedAt: 1, generation: 0, providers: { demo: { claims: { sub: 'alice' } } } })}.`,
  ],
  ['JSON', () => encodeURIComponent(JSON.stringify({ user: 'alice' }))],
  ['text that is no base64url', () => '%00%ff..=+/=..'],
  ['dots', () => '.'.repeat(2000)],
]

describe.each(applications)('$name', ({ framework, stored }) => {
  const world = useWorld(framework, { stored, also: ['other'] })
  /** The same application with a secret of its own. */
  const stranger = useWorld(framework, { stored })

  /** The session cookie of a login here, and the one of a login at the stranger's. */
  let session: { readonly name: string; readonly value: string; readonly other: string }
  /** A login under way here, and the attempt's cookie of one at the stranger's. */
  let attempt: AnsweredLogin & { readonly name: string; readonly value: string; readonly other: string }
  beforeAll(async () => {
    const own = sessionCookies(await world.loggedIn(), world.app)[0]
    const others = sessionCookies(await stranger.loggedIn(), stranger.app)[0]
    session = { name: own?.name ?? '', value: own?.value.slice(2) ?? '', other: others?.value.slice(2) ?? '' }
    const [here, there] = [await answeredLogin(world.app), await answeredLogin(stranger.app)]
    const [cookie, foreign] = [loginCookies(here.browser, world.app)[0], loginCookies(there.browser, stranger.app)[0]]
    attempt = { ...here, name: cookie?.name ?? '', value: cookie?.value ?? '', other: foreign?.value ?? '' }
  })

  it.each(HOSTILE)('SS09: a session cookie that is %s is nobody, and no error', async (_name, make) => {
    const { app } = world
    const cookie = `${session.name}=1.${make(session.value, session.other)}`
    const page = await raw(app.baseUrl, '/', { headers: { ...NAVIGATION, cookie } })
    expect([page.status, JSON.parse(page.body)]).toEqual([200, { logins: [] }])
    const guarded = await raw(app.baseUrl, '/guarded', { headers: { ...NAVIGATION, cookie } })
    expect([guarded.status < 400, guarded.body.includes('guarded: alice')]).toEqual([true, false])
    expect((await raw(app.baseUrl, '/auth/user', { headers: { cookie } })).status).toBe(401)
  })

  it('SS09: the one that nobody changed is somebody', async () => {
    const cookie = `${session.name}=1.${session.value}`
    expect((await raw(world.app.baseUrl, '/auth/user', { headers: { cookie } })).status).toBe(200)
  })

  it.each(HOSTILE)("AR07: an attempt's cookie that is %s is no login under way: 400, no request, and no session", async (_name, make) => {
    const { app, provider } = world
    const before = provider.tokenRequests()
    const { pathname, search } = new URL(attempt.callback)
    const cookie = `${attempt.name}=${make(attempt.value, attempt.other)}`
    const answer = await raw(app.baseUrl, pathname + search, { headers: { ...NAVIGATION, cookie } })
    expect([answer.status, answer.body.includes('OAUTH_NO_TRANSACTION')]).toEqual([400, true])
    expect(answer.setCookie.filter((one) => one.includes('.session.'))).toEqual([])
    expect(provider.tokenRequests()).toBe(before)
  })

  it("SS12: an attempt's cookie is no session", async () => {
    const cookie = `${session.name}=1.${attempt.value}`
    const page = await raw(world.app.baseUrl, '/', { headers: { ...NAVIGATION, cookie } })
    expect([page.status, JSON.parse(page.body)]).toEqual([200, { logins: [] }])
  })

  it("SS12: a session cookie is no attempt, and the cookie of one attempt is not another's", async () => {
    const { app, provider } = world
    const second = await answeredLogin(app)
    const { pathname, search } = new URL(attempt.callback)
    const before = provider.tokenRequests()
    for (const value of [session.value, `1.${session.value}`, loginCookies(second.browser, app)[0]?.value]) {
      const answer = await raw(app.baseUrl, pathname + search, { headers: { ...NAVIGATION, cookie: `${attempt.name}=${value}` } })
      expect([answer.status, answer.setCookie.filter((set) => set.includes('.session.'))]).toEqual([400, []])
    }
    expect(provider.tokenRequests()).toBe(before)
  })

  it("AR07: an attempt's cookie of 1 MiB is refused as too large; the application goes on, and the honest answer still ends the login", async () => {
    const { pathname, search } = new URL(attempt.callback)
    const cookie = `${attempt.name}=${'A'.repeat(1024 * 1024)}`
    const status = await raw(world.app.baseUrl, pathname + search, { headers: { ...NAVIGATION, cookie } }).then(
      (answer) => answer.status,
      // The server may end the connection before it has read that much.
      () => 431,
    )
    expect([400, 413, 431]).toContain(status)
    expect((await attempt.finish()).text).toContain('guarded: alice')
  })

  it('SS12: the cookie of an application of another name with the same secret is nobody', async () => {
    const { app } = world
    const secret = randomBytes(32).toString('base64')
    await app.restart({ secret, session: { name: 'one' } })
    const browser = await world.loggedIn()
    const [cookie] = sessionCookies(browser, app).filter(({ name }) => name.startsWith('one.'))
    const begun = await answeredLogin(app)
    const [other] = loginCookies(begun.browser, app)
    await app.restart({ session: { name: 'two' } })
    const moved = `two.session.0=${cookie?.value}`
    expect(JSON.parse((await raw(app.baseUrl, '/', { headers: { ...NAVIGATION, cookie: moved } })).body)).toEqual({ logins: [] })
    const { pathname, search } = new URL(begun.callback)
    const renamed = `${other?.name.replace(/^one/, 'two')}=${other?.value}`
    const answer = await raw(app.baseUrl, pathname + search, { headers: { ...NAVIGATION, cookie: renamed } })
    expect([answer.status, answer.body.includes('OAUTH_NO_TRANSACTION')]).toEqual([400, true])
    await app.restart({ session: { name: 'one' } })
    expect(await subOf(browser, app)).toBe('alice')
  })
})

describe.each(frameworks)('$name', (framework) => {
  const demo: JsonProvider = { issuer: 'http://127.0.0.1:1', clientId: 'client', clientSecret: 'secret' }

  it.each([
    ['of 31 bytes', 'a secret of thirty-one bytes ..'],
    ['that is empty', ''],
    ['that is a list of none', []],
    ['of which one in the list is short', [randomBytes(32).toString('base64'), 'short']],
  ])('SS11: a secret %s is refused, and the message says what to do and not what it is', async (_name, secret) => {
    const refusal = await refusalOf(framework, { providers: { demo }, secret })
    expect(refusal).toContain('Option "secret"')
    expect(refusal).toContain('openssl rand -base64 32')
    expect(refusal).not.toMatch(/a secret of thirty-one|\bshort\b/)
  })
})
