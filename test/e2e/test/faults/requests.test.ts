import { createServer } from 'node:net'
import type { HttpRequest } from '@oauth/node-got'
import type { HostileEndpoint, HostileScript } from '@oauth-test/provider'
import { createSigner, listen, startHostileServer } from '@oauth-test/provider'
import { afterEach, describe, expect, it } from 'vitest'
import { clients, clock, closeAll, closing, login, type Session, TOKEN, type World, world } from './world.ts'

afterEach(closeAll)

const json = { 'Content-Type': 'application/json' }

/** A title, a fault, the error that tells of it, and how often metadata or keys are asked for: everything else is once. */
type Row = readonly [title: string, fault: HostileScript, error: object, tries: number]

/** What a server does to one request, by the rows of docs/faults.md. */
const FAULTS: readonly Row[] = [
  ['F04: reset before the answer', { fault: 'reset' }, { name: 'TransportError', code: 'OAUTH_RESET', sent: 'maybe' }, 2],
  ['F04: reset in the middle of the answer', { fault: 'reset-mid-body' }, { code: 'OAUTH_RESET', sent: 'maybe' }, 2],
  ['F06: 500', { status: 500 }, { name: 'ResponseError', code: 'OAUTH_RESPONSE_STATUS', status: 500 }, 3],
  ['F06: 504 with a page', { status: 504, body: '<html>' }, { code: 'OAUTH_RESPONSE_STATUS', status: 504 }, 3],
  ['F07: 429', { status: 429, headers: { 'Retry-After': '2' } }, { code: 'OAUTH_RESPONSE_STATUS', retryAfter: 2 }, 1],
  ['F07: 503', { status: 503, headers: { 'Retry-After': '3600' } }, { code: 'OAUTH_RESPONSE_STATUS', retryAfter: 3600 }, 1],
  ['F09: closed before the end that was announced', { fault: 'truncated' }, { code: 'OAUTH_RESET', sent: 'maybe' }, 2],
  ['F11: a body without an end', { fault: 'endless' }, { code: 'OAUTH_TOO_LARGE', sent: 'maybe' }, 1],
  ['F11: a gzip bomb', { fault: 'gzip-bomb' }, { code: 'OAUTH_TOO_LARGE', sent: 'maybe' }, 1],
]

/** Answers that are called a success, and are none. */
const UNREADABLE: readonly (readonly [title: string, fault: HostileScript, code: string])[] = [
  ['F09: JSON that was cut off', { headers: json, body: '{"issuer":"https://as' }, 'OAUTH_RESPONSE_JSON'],
  ['F11: a member given twice', { headers: json, body: '{"keys":[],"keys":[]}' }, 'OAUTH_RESPONSE_DUPLICATE_KEY'],
]

const signer = createSigner({ alg: 'ES256' })

interface Request {
  readonly endpoint: HostileEndpoint
  ask(session: Session, iss: string): Promise<unknown>
}

const REQUESTS = {
  discovery: { endpoint: 'discovery', ask: (session) => session.server() },
  jwks: {
    endpoint: 'jwks',
    ask(session, iss) {
      const iat = Math.floor(Date.now() / 1000)
      return session.verifyIdToken(signer.sign({ iss, sub: 'alice', aud: 'client', iat, exp: iat + 300 }))
    },
  },
  code: { endpoint: 'token', ask: login },
  'client credentials': { endpoint: 'token', ask: (session) => session.fetchToken({ grantType: 'client_credentials' }) },
  userinfo: { endpoint: 'userinfo', ask: (session) => session.userinfo() },
  introspection: { endpoint: 'introspection', ask: (session) => session.introspectToken() },
  revocation: { endpoint: 'revocation', ask: (session) => session.revokeToken() },
} as const satisfies Record<string, Request>
const ALL: readonly (readonly [string, Request])[] = Object.entries(REQUESTS)
const PUBLISHED = ['discovery', 'jwks'] as const
const REPEATED = FAULTS.filter(([, , , tries]) => tries > 1)
const FINAL = FAULTS.filter(([, , , tries]) => tries === 1)
const WITH_BODY = ALL.filter(([name]) => name !== 'revocation')

const VALID = { expires_in: 3600 }

/** The machine's clock, for a session that does not wait; it notes how long it would have. */
function impatient() {
  const waits: number[] = []
  return { ...clock(), waits, sleep: async (ms: number) => void waits.push(ms) }
}

function honest({ server }: World): void {
  server.answer('discovery', { body: server.metadata() })
  server.answer('jwks', { body: { keys: [signer.jwk] } })
  server.answer('token', { body: TOKEN })
  server.answer('userinfo', { body: { sub: 'alice' } })
  server.answer('introspection', { body: { active: true } })
  server.answer('revocation', {})
}

describe.each(clients)('$name', (client) => {
  /** The error is that of the fault; nothing is sent more often than told, the token is kept, and nothing is remembered against the server. */
  async function passes({ endpoint, ask }: Request, fault: HostileScript, error: object, tries = 1): Promise<void> {
    const app = await world(client)
    honest(app)
    const { server } = app
    const session = await app.loggedIn({ environment: impatient() }, VALID)
    if (endpoint !== 'discovery') await session.server()
    server.answer(endpoint, fault)
    await expect(ask(session, server.url)).rejects.toMatchObject({ endpoint, ...error })
    expect(server.requestsTo(endpoint)).toHaveLength(tries)
    expect(session.token).toMatchObject({ access_token: 'access-1', refresh_token: 'refresh-1' })
    honest(app)
    await ask(session, server.url)
    expect(server.requestsTo(endpoint)).toHaveLength(tries + 1)
  }

  describe.each(ALL)('%s', (name, request) => {
    it.each(name === 'discovery' || name === 'jwks' ? FINAL : FAULTS)(
      '%s: a typed error, one request, the token is kept, and the next try works',
      (_title, fault, error) => passes(request, fault, error),
    )

    it('F12: a redirect to another host: that host hears nothing', async () => {
      const other = closing(await startHostileServer())
      await passes(request, { fault: 'redirect', status: 307, location: `${other.url}/` }, { code: 'OAUTH_REDIRECT' })
      expect(other.requests).toEqual([])
    })
  })

  describe.each(PUBLISHED)('%s', (name) => {
    const { endpoint, ask } = REQUESTS[name]

    it.each(REPEATED)('%s: is asked for again after a short wait, and the caller hears nothing of it', async (_title, fault) => {
      const app = await world(client)
      honest(app)
      const { server } = app
      const session = await app.loggedIn({ environment: clock() }, VALID)
      if (name === 'jwks') await session.server()
      server.answer(endpoint, fault, name === 'jwks' ? { body: { keys: [signer.jwk] } } : { body: server.metadata() })
      const began = performance.now()
      await ask(session, server.url)
      expect(performance.now() - began).toBeGreaterThanOrEqual(99)
      expect(server.requestsTo(endpoint)).toHaveLength(2)
    })

    it.each(REPEATED)(
      '%s: a typed error once that has not helped, the token is kept, and the next try works',
      (_title, fault, error, tries) => passes(REQUESTS[name], fault, error, tries),
    )
  })

  describe.each(WITH_BODY)('%s', (_name, request) => {
    it.each(UNREADABLE)('%s: is no answer, and the next one is', (_title, fault, code) =>
      passes(request, fault, { name: 'ResponseError', code }),
    )
  })

  it.each(WITH_BODY)('F10: a captive portal, to %s', async (name, request) => {
    const code = name === 'jwks' ? 'OAUTH_RESPONSE_JSON' : 'OAUTH_RESPONSE_CONTENT_TYPE'
    const portal = { headers: { 'Content-Type': 'text/html' }, body: '<html>log in to the network</html>' }
    if (name !== 'discovery') return passes(request, portal, { code })
    const { server, session } = await world(client)
    for (const place of ['discovery', 'oauth_discovery'] as const) server.answer(place, portal, { body: server.metadata() })
    const captive = session()
    await expect(captive.server()).rejects.toMatchObject({ code })
    expect(await captive.server()).toMatchObject({ issuer: server.url })
  })

  it.each(['silence', 'drip'] as const)('F08: %s ends when the total time is over, and the next try works', async (fault) => {
    const app = await world(client)
    honest(app)
    const session = await app.loggedIn({}, VALID)
    const inTime = (request: HttpRequest) => ({ ...request, timeoutMs: 300 })
    const HOOKS = ['access_token_request', 'introspect_token_request', 'revoke_token_request'] as const
    for (const hook of HOOKS) session.registerComplianceHook(hook, inTime)
    const asked = [REQUESTS.code, REQUESTS['client credentials'], REQUESTS.introspection, REQUESTS.revocation]
    await session.server()
    for (const { endpoint, ask } of asked) {
      app.server.answer(endpoint, { fault })
      await expect(ask(session, app.server.url)).rejects.toMatchObject({ endpoint, code: 'OAUTH_TIMEOUT', sent: 'maybe' })
    }
    honest(app)
    for (const { ask } of asked) await ask(session, app.server.url)
    expect(app.server.requestsTo('token')).toHaveLength(4)
  })

  /** Everything that a session sends, to one host that is not as it should be. Tells how often it would have waited to send something again. */
  async function all(origin: string, error: object): Promise<number> {
    const { server, session } = await world(client)
    const environment = impatient()
    const metadata = Object.entries(server.metadata()).map(([name, value]) => [name, String(value).replace(server.url, origin)])
    const endpoints = Object.fromEntries(
      metadata.filter(([name]) => name?.endsWith('_endpoint') || name?.endsWith('_uri') || name === 'issuer'),
    )
    const tested = session({ environment, issuer: undefined, server: { ...endpoints, id_token_signing_alg_values_supported: ['ES256'] } })
    await tested.setToken({ access_token: 'access-1', refresh_token: 'refresh-1', ...VALID })
    for (const [, { ask }] of ALL.filter(([name]) => name !== 'discovery')) {
      await expect(ask(tested, origin)).rejects.toMatchObject({ name: 'TransportError', ...error })
    }
    await expect(tested.refreshToken()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT', cause: error })
    await expect(session({ environment, issuer: origin }).server()).rejects.toMatchObject({ name: 'TransportError', ...error })
    expect(tested.token).toMatchObject({ access_token: 'access-1', refresh_token: 'refresh-1' })
    return environment.waits.length
  }

  it('F01: a name that nobody knows: metadata and keys are looked for three times; nothing was sent, and nothing is lost', async () =>
    expect(await all('https://nonexistent.invalid', { code: 'OAUTH_DNS', sent: 'no' })).toBe(4))

  it('F02: a server that speaks no TLS', async () => {
    const { server } = await world(client)
    expect(await all(server.url.replace('http:', 'https:'), { code: 'OAUTH_TLS', sent: 'no' })).toBe(0)
    expect(server.requests).toEqual([])
  })

  it('F02: a server that is down, and is asked again when it is up', async () => {
    const down = await listen(() => undefined)
    await down.close()
    expect(await all(down.url, { code: 'OAUTH_REFUSED', sent: 'no' })).toBe(4)
    const { server, session } = await world(client)
    const tested = session({ environment: impatient(), issuer: down.url })
    await expect(tested.server()).rejects.toMatchObject({ code: 'OAUTH_REFUSED' })
    closing(
      await listen(
        (_request, response) => response.writeHead(200, json).end(JSON.stringify(server.metadata({ issuer: down.url }))),
        down.port,
      ),
    )
    expect(await tested.server()).toMatchObject({ issuer: down.url })
  })

  it('F03: a connection that breaks at once is made again once for metadata and keys, and for nothing else: nobody can tell how much was sent', async () => {
    let connections = 0
    const breaking = createServer((socket) => {
      connections += 1
      socket.resetAndDestroy()
    })
    await new Promise<void>((resolve) => breaking.listen(0, '127.0.0.1', resolve))
    closing({ close: () => new Promise((resolve) => breaking.close(() => resolve())) })
    const { port } = breaking.address() as { port: number }
    expect(await all(`http://127.0.0.1:${port}`, { code: 'OAUTH_RESET', sent: 'maybe' })).toBe(2)
    expect(connections).toBe(ALL.length + 1 + 2)
  })
})
