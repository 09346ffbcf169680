import { describe, expect, test } from 'vitest'
import { answer, json, play, thrown } from '../../test/answers.js'
import { NOW, testEnvironment } from '../../test/environment.js'
import { client, server } from '../../test/parties.js'
import { TransportError } from '../error/transport-error.js'
import { MAX_BYTES } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import { endSessionUrl } from '../message/end-session.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { createCache } from './cache.js'
import { type CachedServer, discover, METADATA_MAX_STALE, METADATA_TTL } from './discovery.js'
import { revoke } from './revoke.js'

const ISSUER = server.issuer
const good = json(server)

/** A clock and a cache, and discoveries in them. */
function setting() {
  const environment = testEnvironment()
  const cache = createCache<CachedServer>()
  return { environment, find: (...answers: (HttpResponse | Error)[]) => play(discover(ISSUER, { environment, cache }), ...answers) }
}

const urls = (requests: readonly { readonly url: string }[]) => requests.map(({ url }) => url)
const once = (issuer: string, ...answers: (HttpResponse | Error)[]) =>
  play(discover(issuer, { environment: testEnvironment() }), ...answers)

test('by hand: one request, and checked metadata', async () => {
  const flow = discover(ISSUER, { environment: testEnvironment() })
  expect(await flow.next()).toEqual({
    done: false,
    value: {
      endpoint: 'discovery',
      method: 'GET',
      url: 'https://as.example/.well-known/openid-configuration',
      headers: { accept: 'application/json' },
      maxBytes: MAX_BYTES,
      timeoutMs: 10_000,
    },
  })
  expect(await flow.next(good)).toEqual({ done: true, value: server })
})

describe('B25: where metadata is looked for', () => {
  test.each([
    [
      'https://as.example',
      'https://as.example/.well-known/openid-configuration',
      'https://as.example/.well-known/oauth-authorization-server',
    ],
    [
      'https://as.example/',
      'https://as.example/.well-known/openid-configuration',
      'https://as.example/.well-known/oauth-authorization-server',
    ],
    [
      'https://as.example/t/a',
      'https://as.example/t/a/.well-known/openid-configuration',
      'https://as.example/.well-known/oauth-authorization-server/t/a',
    ],
    [
      'https://as.example/t/',
      'https://as.example/t/.well-known/openid-configuration',
      'https://as.example/.well-known/oauth-authorization-server/t',
    ],
    [
      'http://localhost:9000/t',
      'http://localhost:9000/t/.well-known/openid-configuration',
      'http://localhost:9000/.well-known/oauth-authorization-server/t',
    ],
  ])('OpenID Connect Discovery §4, RFC 8414 §3.1: %s', async (issuer, openid, oauth) => {
    const metadata = { issuer, token_endpoint: `${new URL(issuer).origin}/token` }
    const { requests, value } = await once(issuer, answer(404), json(metadata))
    expect(urls(requests)).toEqual([openid, oauth])
    expect(value).toEqual(metadata)
  })

  test('nowhere: the error is that of the first place', async () => {
    expect(await once(ISSUER, answer(404, '<html>'), answer(410))).toMatchObject({
      requests: [{}, {}],
      error: { name: 'ResponseError', code: 'OAUTH_RESPONSE_STATUS', status: 404, endpoint: 'discovery' },
    })
  })

  test('nowhere: the error names both places and asks for the issuer, also where the server answers 404 in JSON', async () => {
    for (const absent of [answer(404), json({ error: 'Realm does not exist' }, 404)]) {
      const { error } = await once('https://as.example/t', absent, answer(404))
      expect(error).toMatchObject({ name: 'ResponseError', status: 404 })
      expect((error as Error).message).toMatch(
        /https:\/\/as\.example\/t\/\.well-known\/openid-configuration, nor at https:\/\/as\.example\/\.well-known\/oauth-authorization-server\/t\. Is "issuer" right\?.*"server"/,
      )
    }
  })

  test('F07: 429 says nothing of the issuer, and the server is left alone: the second place is not asked', async () => {
    const { error, requests } = await once(ISSUER, answer(429, '', { 'retry-after': '60' }), good)
    expect(error).toMatchObject({ status: 429, retryAfter: 60, message: expect.not.stringContaining('issuer') })
    expect(requests).toHaveLength(1)
  })

  const page = answer(200, '<!doctype html><title>canary</title>', { 'content-type': 'text/html; charset=utf-8' })

  test('a start page with status 200 is no metadata: the second place is tried', async () => {
    expect(await once(ISSUER, page, good)).toMatchObject({ requests: [{}, {}], value: server })
    const quirks = { anyContentType: true }
    expect(await play(discover(ISSUER, { environment: testEnvironment(), quirks }), page, good)).toMatchObject({ value: server })
  })

  test.each([
    ['and another one there', page],
    ['and nothing there', answer(404)],
  ])('a start page %s: the error is that of the first place', async (_name, second) => {
    const { requests, error } = await once(ISSUER, page, second)
    expect(requests).toHaveLength(2)
    expect(error).toMatchObject({ name: 'ResponseError', code: 'OAUTH_RESPONSE_CONTENT_TYPE', status: 200, endpoint: 'discovery' })
    expect(String(error)).not.toContain('canary')
  })

  test('404, then a start page: the error is that of the first place', async () => {
    expect(await once(ISSUER, answer(404), page)).toMatchObject({ error: { code: 'OAUTH_RESPONSE_STATUS', status: 404 } })
  })

  test('TR02: metadata with another label is there, and the error says how to have it read', async () => {
    const mislabelled = answer(200, JSON.stringify(server), { 'content-type': 'text/plain' })
    expect(await once(ISSUER, mislabelled)).toMatchObject({
      requests: [{}],
      error: { code: 'OAUTH_RESPONSE_CONTENT_TYPE', message: expect.stringContaining('quirks.anyContentType') },
    })
  })

  test.each([500, 503, 302])('the second place is not tried after %d', async (status) => {
    expect((await once(ISSUER, answer(status), good)).requests).toHaveLength(1)
  })
})

test.each(['as.example', 'http://as.example', 'https://as.example/.well-known/openid-configuration'])(
  'an issuer of %j asks nothing',
  async (issuer) => {
    expect(await once(issuer)).toMatchObject({ requests: [], error: { code: 'OAUTH_USAGE' } })
  },
)

describe('JK01, JK02, C8: issuer spoof and near-miss', () => {
  test.each(['https://evil.example', `${ISSUER}/tenant`, `${ISSUER}/`, 'https://AS.example', `${ISSUER}:443`])('%s', async (issuer) => {
    const { find } = setting()
    expect(await find(json({ ...server, issuer }))).toMatchObject({
      requests: [{}],
      error: { code: 'OAUTH_ISSUER_MISMATCH', reference: 'RFC 8414 §3.3' },
    })
    expect((await find(good)).requests).toHaveLength(1)
  })

  test('host/ is configured, host is found', async () => {
    expect(await once(`${ISSUER}/`, good)).toMatchObject({
      error: { code: 'OAUTH_ISSUER_MISMATCH', message: expect.stringContaining('trailing slash') },
    })
  })
})

test.each(['http://as.example/token', 'javascript:alert(1)', 'file:///etc/passwd', 'data:,x', 'http://localhost/token'])(
  'JK03: bad scheme: %s',
  async (url) => {
    for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri']) {
      expect(await once(ISSUER, json({ ...server, [name]: url }))).toMatchObject({ error: { code: 'OAUTH_ENDPOINT_SCHEME' } })
    }
  },
)

test('JK03: an endpoint that a login does without spoils nothing, and is not used', async () => {
  const { value } = await once(ISSUER, json({ ...server, revocation_endpoint: 'http://as.example/revoke' }))
  expect(value).toMatchObject({ token_endpoint: server.token_endpoint })
  const flow = revoke(value as ServerMetadata, client, { environment: testEnvironment(), token: 'T' })
  expect(await play(flow)).toMatchObject({ requests: [], error: { code: 'OAUTH_ENDPOINT_SCHEME', reference: 'RFC 8414 §2' } })
})

test('JK03: an https server with a logout over http: the browser is never sent there', async () => {
  const { value } = await once(ISSUER, json({ ...server, end_session_endpoint: 'http://as.example/logout' }))
  expect(await thrown(() => endSessionUrl(value as ServerMetadata, {}))).toMatchObject({ code: 'OAUTH_ENDPOINT_SCHEME' })
})

test('S13: metadata found with allowInsecureHttp is not used without it', async () => {
  const cache = createCache<CachedServer>()
  const environment = testEnvironment()
  const insecure = json({ ...server, token_endpoint: 'http://as.example/token' })
  expect(await play(discover(ISSUER, { environment, cache, allowInsecureHttp: true }), insecure)).toMatchObject({ requests: [{}] })
  expect(await play(discover(ISSUER, { environment, cache }), insecure)).toMatchObject({ error: { code: 'OAUTH_ENDPOINT_SCHEME' } })
  expect(await play(discover(ISSUER, { environment, cache, allowInsecureHttp: true }))).toMatchObject({ requests: [] })
})

test('JK05: metadata found without endpointOrigins is not used where that is an empty list', async () => {
  const cache = createCache<CachedServer>()
  const environment = testEnvironment()
  const elsewhere = json({ ...server, token_endpoint: 'https://other.example/token' })
  expect(await play(discover(ISSUER, { environment, cache }), elsewhere)).toMatchObject({ requests: [{}] })
  expect(await play(discover(ISSUER, { environment, cache, endpointOrigins: [] }), elsewhere)).toMatchObject({
    error: { code: 'OAUTH_ENDPOINT_SCHEME' },
  })
})

describe('JK07: redirect', () => {
  const redirect = answer(302, '', { location: 'http://169.254.169.254/' })

  test('to an internal host, from either place', async () => {
    expect(await once(ISSUER, redirect)).toMatchObject({ requests: [{}], error: { code: 'OAUTH_REDIRECT', endpoint: 'discovery' } })
    expect(await once(ISSUER, answer(404), redirect)).toMatchObject({ requests: [{}, {}], error: { code: 'OAUTH_REDIRECT' } })
    expect((await once(ISSUER, redirect)).error).toMatchObject({ message: expect.stringContaining('Is "issuer" right?') })
  })

  test('is no outage: stale metadata is not used in its place', async () => {
    const { environment, find } = setting()
    await find(good)
    environment.time += METADATA_TTL
    expect(await find(redirect)).toMatchObject({ error: { code: 'OAUTH_REDIRECT' } })
  })
})

describe('JK09: shape', () => {
  test.each([
    ['arrays as strings', json({ ...server, scopes_supported: 'openid' }), 'OAUTH_RESPONSE_SHAPE'],
    ['numbers', json({ ...server, token_endpoint: 7 }), 'OAUTH_ENDPOINT_SCHEME'],
    ['duplicate keys', json(JSON.stringify(server).replace('{', '{"issuer":"https://as.example",')), 'OAUTH_RESPONSE_DUPLICATE_KEY'],
    ['a list', json([server]), 'OAUTH_RESPONSE_JSON'],
    ['truncated', json(JSON.stringify(server).slice(0, -1)), 'OAUTH_RESPONSE_JSON'],
    ['204', answer(204), 'OAUTH_RESPONSE_STATUS'],
    ['another 2xx', json(server, 201), 'OAUTH_RESPONSE_STATUS'],
  ])('%s', async (_name, response, code) => {
    expect(await once(ISSUER, response)).toMatchObject({ error: { code } })
  })

  test('64 MiB: each request carries the size limit for the transport', async () => {
    expect((await once(ISSUER, answer(404), good)).requests).toMatchObject([{ maxBytes: MAX_BYTES }, { maxBytes: MAX_BYTES }])
  })

  test('mislabelled metadata is read with quirks.anyContentType', async () => {
    const response = answer(200, JSON.stringify(server), { 'content-type': 'text/plain' })
    const flow = discover(ISSUER, { environment: testEnvironment(), quirks: { anyContentType: true } })
    expect(await play(flow, response)).toMatchObject({ value: server })
  })
})

describe('cache', () => {
  test('metadata is used for an hour, then asked for again', async () => {
    const { environment, find } = setting()
    await find(good)
    environment.time += METADATA_TTL - 1
    expect(await find()).toEqual({ requests: [], value: server })
    environment.time += 1
    expect(await find(json({ ...server, token_endpoint: `${ISSUER}/new` }))).toMatchObject({
      requests: [{}],
      value: { token_endpoint: `${ISSUER}/new` },
    })
    expect(await find()).toMatchObject({ requests: [], value: { token_endpoint: `${ISSUER}/new` } })
  })

  test.each([
    ['503', [answer(503)]],
    ['503 with an error in JSON', [json({ status: 503, error: 'Service Unavailable' }, 503)]],
    ['429', [answer(429)]],
    ['a refused connection', [new TransportError('discovery', { reason: 'refused', sent: 'no' })]],
    ['an outage of a server that has only RFC 8414', [answer(404), answer(503)]],
  ])('%s: stale metadata goes on being used for a day', async (_name, answers) => {
    const { environment, find } = setting()
    await find(good)
    environment.time = NOW + METADATA_MAX_STALE - 1
    expect(await find(...answers)).toMatchObject({ requests: answers.map(() => ({})), value: server })
    environment.time += 1
    expect((await find(...answers)).error).toMatchObject({ endpoint: 'discovery' })
  })

  test('what fails the checks is never used, also when the metadata before it was good', async () => {
    const { environment, find } = setting()
    await find(good)
    environment.time += METADATA_TTL
    expect(await find(json({ ...server, issuer: 'https://evil.example' }))).toMatchObject({ error: { code: 'OAUTH_ISSUER_MISMATCH' } })
    expect(await find(json({ ...server, token_endpoint: 'http://evil.example' }))).toMatchObject({
      error: { code: 'OAUTH_ENDPOINT_SCHEME' },
    })
    expect(await find(answer(404), answer(404))).toMatchObject({ error: { status: 404 } })
    expect(await find(good)).toMatchObject({ value: server })
  })

  test('F02: a failure is not remembered', async () => {
    const { find } = setting()
    await find(new TransportError('discovery', { reason: 'dns', sent: 'no' }))
    expect(await find(good)).toMatchObject({ requests: [{}], value: server })
  })

  test('without a cache each discovery asks', async () => {
    expect((await once(ISSUER, good)).requests).toHaveLength(1)
    expect((await once(ISSUER, good)).requests).toHaveLength(1)
  })
})
