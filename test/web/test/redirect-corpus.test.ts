import { describe, expect, it } from 'vitest'
import { safeReturnTo } from '../../../packages/core/src/route/return-to.ts'
import { hostileAddresses, hostileSpellings } from '../src/corpus/hostile-addresses.ts'
import { faultOf } from '../src/corpus/landing.ts'

const ASKED = '/auth/demo/callback?code=a&state=b'

describe.each(['https://app.example', 'https://app.example/shop', 'http://127.0.0.1:3000'])(
  'hostile addresses of an application at %s',
  (baseUrl) => {
    const { origin, pathname } = new URL(baseUrl)
    const base = { origin, path: pathname.replace(/\/$/, '') }
    const addresses = hostileAddresses(baseUrl)
    const spellings = hostileSpellings(baseUrl)
    const fault = (location: string) => faultOf(location, { baseUrl, asked: baseUrl + ASKED })

    it('RD01: are at least 2,000 of more than 20 ideas, and 10,000 as they are and URL-encoded, none of them twice, the same each time', () => {
      expect(addresses.length).toBeGreaterThanOrEqual(2000)
      expect(spellings.length).toBeGreaterThanOrEqual(10_000)
      expect(new Set(addresses.map(({ idea }) => idea)).size).toBeGreaterThan(20)
      for (const list of [addresses, spellings]) expect(new Set(list.map(({ value }) => value)).size).toBe(list.length)
      expect(hostileSpellings(baseUrl)).toEqual(spellings)
    })

    it('RD01: would most of them lead away if they were taken as they are', () => {
      expect(addresses.filter(({ value }) => fault(value) !== undefined).length).toBeGreaterThan(addresses.length / 2)
    })

    it('RD01 RD02 RD04 RD05: lead nowhere else as a returnTo, in any spelling', () => {
      const away = spellings.flatMap(({ idea, value }) => {
        const found = fault(safeReturnTo(value, base))
        return found === undefined ? [] : [{ idea, value, found }]
      })
      expect(away).toEqual([])
    })

    it('RD01: keep nobody from a page of the application that has their words in its query', () => {
      // A backslash or a control character is refused wherever it stands: whoever decodes it may cut the header there.
      const paths = addresses
        .map(({ value }) => `${base.path}/search?q=${encodeURIComponent(value)}`)
        .filter((path) => path.length <= 1024 && !/%5C|%[01][0-9A-F]|%7F|%C2%[89]/.test(path))
      expect(paths.length).toBeGreaterThan(1000)
      expect(paths.filter((path) => `${origin}${safeReturnTo(path, base)}` !== new URL(path, origin).href)).toEqual([])
    })
  },
)
