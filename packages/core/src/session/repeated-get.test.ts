import { describe, expect, it, test } from 'vitest'
import { answer } from '../../test/answers.js'
import { testEnvironment } from '../../test/environment.js'
import type { Environment } from '../environment.js'
import type { TransportReason } from '../error/error-code.js'
import { TransportError } from '../error/transport-error.js'
import { coalesce } from '../flow/coalesce.js'
import { formRequest, getRequest, type HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import { repeatedGet } from './repeated-get.js'

const metadata = getRequest('discovery', 'https://as.example/.well-known/openid-configuration')
const keys = getRequest('jwks', 'https://as.example/jwks')

type Outcome = HttpResponse | TransportReason

/** A transport with these outcomes, the last again and again; waits are over at once, and time passes by them. */
function setting(outcomes: readonly Outcome[], overrides: Partial<Environment> = {}) {
  const sent: HttpRequest[] = []
  const waits: number[] = []
  const environment = testEnvironment({
    async sleep(ms) {
      waits.push(ms)
      environment.time += ms / 1000
    },
    ...overrides,
  })
  const transport = repeatedGet(async (request) => {
    const outcome = outcomes[Math.min(sent.length, outcomes.length - 1)] as Outcome
    sent.push(request)
    if (typeof outcome === 'string') throw new TransportError(request, { reason: outcome, sent: 'maybe' })
    return outcome
  }, environment)
  return { sent, waits, environment, transport }
}

const ok = answer(200)

describe.each([
  ['metadata', metadata],
  ['keys', keys],
])('%s', (_name, request) => {
  describe.each<[string, Outcome]>([
    ['F01: no such name', 'dns'],
    ['F02: connection refused', 'refused'],
    ['F08: a limit of the HTTP client that is shorter than ours', 'timeout'],
    ['F06: 500', answer(500)],
    ['F06: 502', answer(502)],
    ['F06: 503', answer(503)],
    ['F06: 504', answer(504)],
  ])('%s', (_title, fault) => {
    it('is asked for again after a short wait, and once more after a longer one', async () => {
      const { transport, sent, waits } = setting([fault, fault, ok])
      expect((await transport(request, {})).status).toBe(200)
      expect(sent).toHaveLength(3)
      const [first = 0, second = 0] = waits
      expect(first).toBeGreaterThanOrEqual(100)
      expect(first).toBeLessThan(300)
      expect(second).toBeGreaterThanOrEqual(300)
      expect(second).toBeLessThan(900)
    })

    it('and not a third time: the last failure is the error', async () => {
      const { transport, sent } = setting([fault])
      const outcome = await transport(request, {}).catch((error: unknown) => error)
      expect(outcome).toMatchObject(typeof fault === 'string' ? { reason: fault } : { status: fault.status })
      expect(sent).toHaveLength(3)
    })
  })

  it('F03: a connection that broke is made again once', async () => {
    const one = setting(['reset', ok])
    expect((await one.transport(request, {})).status).toBe(200)
    const two = setting(['reset', 'reset', ok])
    await expect(two.transport(request, {})).rejects.toMatchObject({ reason: 'reset' })
    expect([one.sent.length, two.sent.length]).toEqual([2, 2])
  })

  it.each<[string, Outcome]>([
    ['TLS', 'tls'],
    ['a redirect', 'redirect'],
    ['an answer that is too large', 'too_large'],
    ['a host that is not public', 'blocked'],
    ['a caller who gave up', 'aborted'],
    ['F07: 429', answer(429)],
    ['F07: 503 that names a long time', answer(503, '', { 'retry-after': '3' })],
    ['400', answer(400)],
    ['404', answer(404)],
    ['302', answer(302)],
    ['501', answer(501)],
  ])('%s is what it is, and nothing is asked again', async (_title, fault) => {
    const { transport, sent, waits } = setting([fault, ok])
    await transport(request, {}).catch(() => undefined)
    expect([sent.length, waits]).toEqual([1, []])
  })
})

test('F06: the waits of many processes differ', async () => {
  const waits = new Set<number | undefined>()
  for (let process = 0; process < 20; process++) {
    const one = setting([answer(500), ok])
    await one.transport(keys, {})
    waits.add(one.waits[0])
  }
  expect(waits.size).toBeGreaterThan(5)
})

test.each(['0', '1', '2'])('F07: a Retry-After of %s s is waited for', async (seconds) => {
  const { transport, waits } = setting([answer(503, '', { 'retry-after': seconds }), ok])
  expect((await transport(keys, {})).status).toBe(200)
  expect(waits[0]).toBeGreaterThanOrEqual(Number(seconds) * 1000 + 100)
})

test.each<[string, HttpRequest]>([
  ['a POST', formRequest('token', 'https://as.example/token', [['grant_type', 'refresh_token']])],
  ['a POST to the place of the keys', formRequest('jwks', 'https://as.example/jwks', [])],
  ['a GET of something of the session', getRequest('userinfo', 'https://as.example/userinfo')],
])('F04, F05: %s is never repeated', async (_name, request) => {
  for (const fault of ['reset', 'dns', answer(503)] as const) {
    const { transport, sent } = setting([fault, ok])
    await transport(request, {}).catch(() => undefined)
    expect(sent).toEqual([request])
  }
})

describe('F08: the total time', () => {
  it('holds for all tries together', async () => {
    const { transport, sent } = setting([answer(500)])
    await transport(keys, {})
    const [first = 0, second = 0, third = 0] = sent.map(({ timeoutMs }) => timeoutMs)
    expect(first).toBe(keys.timeoutMs)
    expect(second).toBeLessThanOrEqual(first - 100)
    expect(third).toBeLessThanOrEqual(second - 300)
    expect(sent.every(({ timeoutMs }) => Number.isInteger(timeoutMs))).toBe(true)
  })

  it('is not begun anew where it is over, or nearly', async () => {
    for (const taken of [8.9, 10]) {
      let count = 0
      const environment = testEnvironment({ sleep: async () => undefined })
      const transport = repeatedGet(async (request) => {
        count += 1
        environment.time += taken
        throw new TransportError(request, { reason: 'timeout', sent: 'maybe' })
      }, environment)
      await expect(transport(keys, {})).rejects.toMatchObject({ code: 'OAUTH_TIMEOUT' })
      expect(count).toBe(1)
    }
  })

  it('leaves a second for the next try where a machine slept through the wait', async () => {
    const { transport, sent, environment } = setting([answer(500), ok], {
      async sleep() {
        environment.time += 3600
      },
    })
    await transport(keys, {})
    expect(sent.map(({ timeoutMs }) => timeoutMs)).toEqual([10_000, 1_000])
  })
})

describe('F06: an outage that lasts', () => {
  it('is asked about once by each call for half a minute, so that who has known keys to go on with does not wait each time', async () => {
    const { transport, sent, environment } = setting([answer(503)])
    await transport(keys, {})
    expect(sent).toHaveLength(3)
    for (let call = 0; call < 5; call++) {
      await transport(keys, {})
      environment.time += 5
    }
    expect(sent).toHaveLength(8)
    environment.time += 5
    await transport(keys, {})
    expect(sent).toHaveLength(11)
  })

  it('is over with an answer, and is none of other addresses', async () => {
    const { transport, sent } = setting([...Array.from({ length: 3 }, () => answer(503)), ok, answer(503), ok, answer(503), ok])
    await transport(keys, {})
    await transport(keys, {})
    expect(sent).toHaveLength(4)
    expect((await transport(keys, {})).status).toBe(200)
    expect((await transport(metadata, {})).status).toBe(200)
    expect(sent).toHaveLength(8)
  })
})

describe('RX09: abort', () => {
  /** The wait of a caller with a signal lasts until that; others are over at once. */
  function waiting(outcome: Outcome) {
    const asleep = Promise.withResolvers<void>()
    const one = setting([outcome, outcome, ok], {
      sleep: (_ms, signal) =>
        new Promise((resolve, reject) => {
          asleep.resolve()
          if (signal === undefined) resolve()
          signal?.addEventListener('abort', () => reject(signal.reason))
        }),
    })
    return { ...one, asleep: asleep.promise }
  }

  it.each<[string, Outcome]>([
    ['an answer', answer(503)],
    ['none', 'dns'],
  ])('ends the wait after %s: nothing more is sent, and who comes next has all tries', async (_title, outcome) => {
    const { transport, sent, asleep } = waiting(outcome)
    const leaving = new AbortController()
    const left = transport(keys, { signal: leaving.signal }).catch((error: unknown) => error)
    await asleep
    leaving.abort()
    await left
    expect(sent).toHaveLength(1)
    expect((await transport(keys, {})).status).toBe(200)
    expect(sent).toHaveLength(3)
  })

  it('callers share the wait, and one that leaves takes nobody along', async () => {
    const go = Promise.withResolvers<void>()
    const asleep = Promise.withResolvers<void>()
    const { transport, sent } = setting([answer(503), ok], {
      sleep() {
        asleep.resolve()
        return go.promise
      },
    })
    const shared = coalesce(transport)
    const leaving = new AbortController()
    const left = shared(keys, { signal: leaving.signal }).catch((error: unknown) => error)
    const staying = [shared(keys, {}), shared(keys, {})]
    await asleep.promise
    leaving.abort()
    expect(await left).toMatchObject({ code: 'OAUTH_ABORTED' })
    go.resolve()
    expect((await Promise.all(staying)).map(({ status }) => status)).toEqual([200, 200])
    expect(sent).toHaveLength(2)
  })
})
