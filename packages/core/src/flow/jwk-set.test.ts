import { describe, expect, test } from 'vitest'
import { answer, json, play } from '../../test/answers.js'
import { NOW, testEnvironment } from '../../test/environment.js'
import { CLAIMS, cacheWith, client, server } from '../../test/parties.js'
import { createSigner } from '../../test/signer.js'
import { TransportError } from '../error/transport-error.js'
import type { HttpRequest } from '../http/http-request.js'
import { MAX_BYTES } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import { createCache } from './cache.js'
import { coalesce } from './coalesce.js'
import { verifyIdToken } from './id-token.js'
import { type CachedKeys, jwkSet, KEYS_MAX_STALE, KEYS_TTL, MISS_INTERVAL } from './jwk-set.js'
import { run, type Transport } from './run.js'

const old = createSigner('ES256', { kid: 'old' })
const rotated = createSigner('ES256', { kid: 'new' })
const metadata = { ...server, id_token_signing_alg_values_supported: ['ES256'] }
const down = () => new TransportError('jwks', { reason: 'refused', sent: 'no' })

/** One browser's worth of state: a clock and a cache, and verifications in it. */
function setting(keys: readonly unknown[] | 'cold' = [old.jwk], fetchedAt = NOW) {
  const environment = testEnvironment()
  const keyCache = keys === 'cold' ? createCache<CachedKeys>() : cacheWith(keys, fetchedAt)
  const flow = (signer = rotated, claims: object = {}) => {
    const idToken = signer.sign({ ...CLAIMS, iat: environment.time, exp: environment.time + 300, ...claims })
    return verifyIdToken(idToken, metadata, client, { environment, keyCache, nonce: 'nonce' })
  }
  return { environment, keyCache, flow, verify: (signer = rotated, ...answers: (HttpResponse | Error)[]) => play(flow(signer), ...answers) }
}

/** A transport over a function of the test that counts, and answers in a later turn of the event loop. */
function counted(respond: (request: HttpRequest) => HttpResponse | Error): { transport: Transport; requests: HttpRequest[] } {
  const requests: HttpRequest[] = []
  const transport: Transport = async (request) => {
    requests.push(request)
    await new Promise((resolve) => setImmediate(resolve))
    const response = respond(request)
    if (response instanceof Error) throw response
    return response
  }
  return { transport: coalesce(transport), requests }
}

const unknown = () => {
  const kid = `random-${Math.random()}`
  return { ...old, sign: (claims: Parameters<typeof old.sign>[0]) => old.sign(claims, { kid }) }
}

describe('JK10, F24, B16: rotation', () => {
  test('the key was rotated after the first login: one refetch, the login works', async () => {
    const { verify } = setting()
    expect(await verify(rotated, json({ keys: [old.jwk, rotated.jwk] }))).toMatchObject({
      requests: [{ endpoint: 'jwks' }],
      value: { sub: 'alice' },
    })
    expect(await verify(rotated)).toMatchObject({ requests: [], value: { sub: 'alice' } })
  })

  test('just before signing: a second after the keys were fetched', async () => {
    const { environment, verify } = setting('cold')
    expect(await verify(old, json({ keys: [old.jwk] }))).toMatchObject({ value: { sub: 'alice' } })
    environment.time += 1
    expect(await verify(rotated, json({ keys: [rotated.jwk] }))).toMatchObject({ requests: [{}], value: { sub: 'alice' } })
  })

  test('the same for a token without kid', async () => {
    const { flow } = setting()
    const bare = { ...rotated, sign: (claims: Parameters<typeof old.sign>[0]) => rotated.sign(claims, { kid: undefined }) }
    expect(await play(flow(bare), json({ keys: [rotated.jwk] }))).toMatchObject({ requests: [{}], value: { sub: 'alice' } })
  })

  test('logins that arrive while the new keys are on their way share the request and work', async () => {
    const { flow } = setting()
    const { transport, requests } = counted(() => json({ keys: [rotated.jwk] }))
    const claims = await Promise.all(Array.from({ length: 20 }, () => run(flow(rotated), transport)))
    expect(claims.every(({ sub }) => sub === 'alice')).toBe(true)
    expect(requests).toHaveLength(1)
  })

  test('a key that stays unknown ends the login after one refetch', async () => {
    const { verify } = setting()
    expect(await verify(rotated, json({ keys: [old.jwk] }))).toMatchObject({ requests: [{}], error: { code: 'OAUTH_KEY_NOT_FOUND' } })
  })
})

describe('JK11: kid flood', () => {
  test('10 000 tokens with random kids, in parallel: one request in one interval, none of them verifies', async () => {
    const { flow, environment } = setting()
    const { transport, requests } = counted(() => json({ keys: [old.jwk] }))
    const flood = (count: number) => Promise.allSettled(Array.from({ length: count }, () => run(flow(unknown()), transport)))
    const results = await flood(10_000)
    expect(new Set(results.map((result) => (result.status === 'rejected' ? result.reason.code : 'verified')))).toEqual(
      new Set(['OAUTH_KEY_NOT_FOUND']),
    )
    expect(requests).toHaveLength(1)
    environment.time += MISS_INTERVAL - 1
    await flood(100)
    expect(requests).toHaveLength(1)
    environment.time += 1
    await flood(100)
    expect(requests).toHaveLength(2)
  }, 60_000)

  test('arriving one after the other while the request is under way', async () => {
    const { flow } = setting()
    const { transport, requests } = counted(() => json({ keys: [old.jwk] }))
    const arrivals: Promise<unknown>[] = []
    for (let arrival = 0; arrival < 50; arrival++) {
      arrivals.push(run(flow(unknown()), transport).catch((error: unknown) => error))
      await new Promise((resolve) => (arrival % 2 === 0 ? setImmediate(resolve) : process.nextTick(resolve)))
    }
    await Promise.all(arrivals)
    expect(requests).toHaveLength(1)
  })

  test.each([
    ['503', () => answer(503)],
    ['a refused connection', down],
    ['HTML', () => answer(200, '<html>', { 'content-type': 'text/html' })],
  ])('the throttle fails closed: %s opens it for nobody, joined requests included', async (_name, respond) => {
    const { flow, environment } = setting()
    const { transport, requests } = counted(respond)
    const flood = () => Promise.all(Array.from({ length: 20 }, () => run(flow(unknown()), transport).catch((error: unknown) => error)))
    await flood()
    await flood()
    expect(requests).toHaveLength(1)
    environment.time += MISS_INTERVAL
    await flood()
    expect(requests).toHaveLength(2)
  })

  test('known keys go on working meanwhile', async () => {
    const { flow, verify } = setting()
    await play(flow(unknown()), answer(503))
    expect(await verify(old)).toMatchObject({ requests: [], value: { sub: 'alice' } })
  })

  test('a caller that aborts does not use up the interval', async () => {
    const { verify } = setting()
    const aborted = new TransportError('jwks', { reason: 'aborted', sent: 'maybe' })
    expect(await verify(rotated, aborted)).toMatchObject({ error: { code: 'OAUTH_ABORTED' } })
    expect(await verify(rotated, json({ keys: [rotated.jwk] }))).toMatchObject({ requests: [{}], value: { sub: 'alice' } })
  })
})

test('JK12: thundering herd: 100 parallel cold verifications, one request', async () => {
  const { flow } = setting('cold')
  const { transport, requests } = counted(() => json({ keys: [old.jwk] }))
  const claims = await Promise.all(Array.from({ length: 100 }, () => run(flow(old), transport)))
  expect(claims.every(({ sub }) => sub === 'alice')).toBe(true)
  expect(requests).toHaveLength(1)
})

describe('JK13, F25: keys that cannot be fetched', () => {
  const spring = json({ timestamp: 1, status: 503, error: 'Service Unavailable' }, 503)

  test.each([
    ['503', answer(503)],
    ['503 with an error in JSON', spring],
    ['429', answer(429, '', { 'retry-after': '60' })],
    ['a refused connection', down()],
    ['a timeout', new TransportError('jwks', { reason: 'timeout', sent: 'maybe' })],
  ])('%s after a good fetch: cached keys until max-stale', async (_name, failure) => {
    const { environment, verify } = setting()
    environment.time += KEYS_TTL
    expect(await verify(old, failure)).toMatchObject({ requests: [{}], value: { sub: 'alice' } })
    environment.time = NOW + KEYS_MAX_STALE - 1
    expect(await verify(old, failure)).toMatchObject({ requests: [{}], value: { sub: 'alice' } })
    environment.time = NOW + KEYS_MAX_STALE
    expect((await verify(old, failure)).error).toMatchObject({ endpoint: 'jwks' })
  })

  test('an unknown kid ends with what the server answered, now and until it may be asked again', async () => {
    const { environment, verify } = setting()
    expect(await verify(rotated, answer(503))).toMatchObject({
      requests: [{}],
      error: { name: 'ResponseError', status: 503, endpoint: 'jwks' },
    })
    expect(await verify(rotated)).toMatchObject({ requests: [], error: { name: 'ResponseError', status: 503, endpoint: 'jwks' } })
    environment.time += MISS_INTERVAL
    expect(await verify(rotated, json({ keys: [rotated.jwk] }))).toMatchObject({ requests: [{}], value: { sub: 'alice' } })
  })

  test('while they cannot be fetched, newer keys of a parallel request are not thrown away', async () => {
    const { environment, flow, verify } = setting()
    environment.time += KEYS_TTL
    const slow = flow(rotated)
    await slow.next()
    expect(await verify(rotated, json({ keys: [rotated.jwk] }))).toMatchObject({ value: { sub: 'alice' } })
    expect(await slow.throw(down())).toMatchObject({ done: true, value: { sub: 'alice' } })
    expect(await verify(rotated)).toMatchObject({ requests: [], value: { sub: 'alice' } })
  })

  test('without cached keys the failure is the answer, and is not remembered', async () => {
    const { verify } = setting('cold')
    expect(await verify(old, down())).toMatchObject({ error: { code: 'OAUTH_REFUSED', endpoint: 'jwks' } })
    expect(await verify(old, json({ keys: [old.jwk] }))).toMatchObject({ requests: [{}], value: { sub: 'alice' } })
  })
})

test('fresh keys are used without asking, stale ones asked for again', async () => {
  const { environment, verify } = setting()
  environment.time += KEYS_TTL - 1
  expect(await verify(old)).toMatchObject({ requests: [] })
  environment.time += 1
  expect(await verify(old, json({ keys: [old.jwk] }))).toMatchObject({ requests: [{ endpoint: 'jwks' }], value: { sub: 'alice' } })
  expect(await verify(old)).toMatchObject({ requests: [] })
})

test('JK07: a redirect to an internal host is refused, also when good keys are cached', async () => {
  const redirect = answer(302, '', { location: 'http://169.254.169.254/' })
  const cold = await setting('cold').verify(old, redirect)
  expect(cold).toMatchObject({ requests: [{ url: server.jwks_uri }], error: { code: 'OAUTH_REDIRECT', endpoint: 'jwks' } })
  const warm = setting([old.jwk], NOW - KEYS_TTL)
  expect(await warm.verify(old, redirect)).toMatchObject({ requests: [{}], error: { code: 'OAUTH_REDIRECT' } })
})

describe('JK09: shape', () => {
  test.each([
    ['no keys', json({}), 'OAUTH_RESPONSE_SHAPE'],
    ['keys as an object', json({ keys: {} }), 'OAUTH_RESPONSE_SHAPE'],
    ['a list', json([]), 'OAUTH_RESPONSE_JSON'],
    ['duplicate members', json('{"keys":[],"keys":[]}'), 'OAUTH_RESPONSE_DUPLICATE_KEY'],
    ['HTML', answer(200, '<html>', { 'content-type': 'text/html' }), 'OAUTH_RESPONSE_JSON'],
    ['404', answer(404), 'OAUTH_RESPONSE_STATUS'],
  ])('%s', async (_name, response, code) => {
    expect(await setting('cold').verify(old, response)).toMatchObject({
      requests: [{ maxBytes: MAX_BYTES }],
      error: { code, endpoint: 'jwks' },
    })
  })

  test('a set labelled as text is read: many servers mislabel it', async () => {
    const response = answer(200, JSON.stringify({ keys: [old.jwk] }), { 'content-type': 'text/plain' })
    expect(await setting('cold').verify(old, response)).toMatchObject({ value: { sub: 'alice' } })
  })
})

describe('JK17: cache mixing', () => {
  test.each([
    ['another issuer', { ...metadata, issuer: 'https://other.example' }],
    ['another address', { ...metadata, jwks_uri: 'https://as.example/other' }],
  ])('%s with the same kid has keys of its own', async (_name, other) => {
    const { environment, keyCache } = setting()
    const keys = json({ keys: [{ ...rotated.jwk, kid: 'old' }] })
    const played = await play(jwkSet(other, { environment, keyCache }), keys)
    expect(played.requests).toHaveLength(1)
    expect((await play(jwkSet(metadata, { environment, keyCache }))).value).toMatchObject([{ kid: 'old', x: old.jwk['x'] }])
    expect((await play(jwkSet(other, { environment, keyCache }))).value).toMatchObject([{ kid: 'old', x: rotated.jwk['x'] }])
  })
})
