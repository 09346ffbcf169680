import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { begin, finish, keptReturnTo } from '../src/corpus/begun-login.ts'
import { type HostileAddress, hostileAddresses, sample } from '../src/corpus/hostile-addresses.ts'
import { rawQuery } from '../src/corpus/hostile-query.ts'
import { faultOf } from '../src/corpus/landing.ts'
import type { App } from '../src/framework.ts'
import { frameworks } from '../src/frameworks.ts'
import { inParallel } from '../src/in-parallel.ts'
import { raw } from '../src/raw.ts'
import { useScriptedWorld } from '../src/scripted-world.ts'

const SECRET = randomBytes(32).toString('base64')
/** Longer ones end at the server's limit for headers, before any application. */
const MAX_LENGTH = 12_000
const TIMEOUT = 120_000

function addressesOf({ baseUrl }: App): readonly HostileAddress[] {
  return hostileAddresses(baseUrl).filter(({ value }) => encodeURIComponent(value).length <= MAX_LENGTH)
}

/** How other libraries call where a logout ends. */
const LOGOUT_NAMES = ['post_logout_redirect_uri', 'returnTo', 'redirect_uri', 'next', 'callbackUrl']

/** The addresses that lead away, with what is wrong with where. */
async function away(
  { baseUrl }: App,
  addresses: readonly HostileAddress[],
  land: (value: string) => Promise<string | undefined>,
): Promise<readonly unknown[]> {
  const found = await inParallel(addresses, async (address) => {
    const location = await land(address.value)
    const fault = faultOf(location ?? null, { baseUrl, asked: `${baseUrl}/auth/demo/callback` })
    return fault === undefined ? [] : [{ ...address, location, fault }]
  })
  return found.flat()
}

/** Spellings of a value in the query of the login. */
const SPELLINGS: Readonly<Record<string, (value: string, site: { readonly iss: string; readonly baseUrl: string }) => string>> = {
  'a returnTo': (value) => `returnTo=${encodeURIComponent(value)}`,
  'a returnTo as a link spells it by hand': (value) => rawQuery('returnTo', value),
  'a returnTo encoded twice': (value) => `returnTo=${encodeURIComponent(encodeURIComponent(value))}`,
  'a second returnTo': (value) => `returnTo=/x&returnTo=${encodeURIComponent(value)}`,
  'the target_link_uri of a provider': (value, { iss }) => `iss=${encodeURIComponent(iss)}&target_link_uri=${encodeURIComponent(value)}`,
  'a target_link_uri that begins with the application': (value, { iss, baseUrl }) =>
    `iss=${encodeURIComponent(iss)}&target_link_uri=${encodeURIComponent(baseUrl + value)}`,
}

// A provider that says of each code at once whose it is, with nothing to verify: the least work of a login.
const PLAIN = { demo: { scope: '' }, metadata: { jwks_uri: undefined, end_session_endpoint: undefined } }

describe.each(frameworks)('$name', (framework) => {
  describe('at the root of a host', () => {
    const world = useScriptedWorld(framework, { ...PLAIN, app: { secret: SECRET, afterLogout: '/goodbye' } })

    it(
      'RD01 RD02 RD04 RD05: of 2,000 hostile addresses none is where a login will end',
      async () => {
        const { app } = world
        const addresses = addressesOf(app)
        expect(addresses.length).toBeGreaterThan(2000)
        const land = async (value: string) => keptReturnTo(await begin(app, `returnTo=${encodeURIComponent(value)}`), SECRET)
        expect(await away(app, addresses, land)).toEqual([])
      },
      TIMEOUT,
    )

    it.each(Object.entries(SPELLINGS))(
      'RD01: a sample of them as %s leads a whole login nowhere else',
      async (_way, spell) => {
        const { app, server } = world
        const site = { iss: server.url, baseUrl: app.baseUrl }
        const some = sample(addressesOf(app), 61).filter(({ value }) => spell(value, site).length <= MAX_LENGTH)
        expect(some.length).toBeGreaterThan(30)
        expect(await away(app, some, async (value) => finish(app, await begin(app, spell(value, site)), server.url))).toEqual([])
      },
      TIMEOUT,
    )

    it(
      'RD06: of 2,000 hostile addresses none is where a logout ends, by whatever names it is asked for',
      async () => {
        const { app } = world
        const addresses = addressesOf(app)
        // As many at a time as there are names.
        const requests = addresses
          .filter((_, index) => index % LOGOUT_NAMES.length === 0)
          .map((_, row) => {
            const some = addresses.slice(row * LOGOUT_NAMES.length, (row + 1) * LOGOUT_NAMES.length)
            return some.map(({ value }, index) => `${LOGOUT_NAMES[index]}=${encodeURIComponent(value)}`).join('&')
          })
        const short = requests.filter((query) => query.length <= MAX_LENGTH)
        expect(short.length * LOGOUT_NAMES.length).toBeGreaterThan(2000)
        const answers = await inParallel(short, (query) => raw(app.baseUrl, `/auth/logout?${query}`))
        expect(new Set(answers.map(({ status, headers }) => `${status} ${headers['location']}`))).toEqual(new Set(['303 /goodbye']))
      },
      TIMEOUT,
    )
  })

  describe('below a path', () => {
    const world = useScriptedWorld(framework, { ...PLAIN, app: { secret: SECRET, basePath: '/shop' } })

    it(
      'RD01: of the hostile addresses, those out of the base path among them, none is where a login will end',
      async () => {
        const { app, server } = world
        const all = addressesOf(app)
        const out = all.filter(({ idea }) => idea === 'out of the base path')
        expect(out.length).toBeGreaterThan(70)
        const land = async (value: string) => keptReturnTo(await begin(app, `returnTo=${encodeURIComponent(value)}`), SECRET)
        expect(await away(app, [...out, ...sample(all, 11)], land)).toEqual([])
        const whole = async (value: string) => finish(app, await begin(app, `returnTo=${encodeURIComponent(value)}`), server.url)
        expect(await away(app, sample(out, 5), whole)).toEqual([])
      },
      TIMEOUT,
    )
  })
})
