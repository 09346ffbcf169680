import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { testEnvironment } from '../test/environment.js'
import type { ClientAuthentication } from './client-authentication/client.js'
import { type AuthorisedFetch, fetchClient, fetchTransport } from './fetch.js'
import { run } from './flow/run.js'
import { tokenGrant } from './flow/token.js'
import { toForm } from './http/form.js'
import { formRequest } from './http/http-request.js'
import { OAuth2Session } from './session/oauth2-session.js'

interface Site {
  readonly url: string
  readonly seen: { readonly path: string; readonly authorization: string | undefined; readonly body: string }[]
  close(): Promise<void>
}

async function site(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Site> {
  const seen: Site['seen'] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    seen.push({ path: request.url ?? '', authorization: request.headers.authorization, body })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** As Next's `fetch`: a copy of each answer is kept, and its body with it. */
async function copying(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init)
  kept.push(response.clone())
  return response
}
const kept: Response[] = []
afterEach(() => void kept.splice(0))

describe('fetchTransport', () => {
  it('F11: an answer that is too large is given up without waiting for whoever keeps a copy of it', async () => {
    const server = await site((_request, response) => response.end('x'.repeat(100)))
    const request = { ...formRequest('token', `${server.url}/token`, []), maxBytes: 10 }
    await expect(fetchTransport(copying)(request, {})).rejects.toMatchObject({ reason: 'too_large' })
    await server.close()
  })

  it.each(['before it is sent', 'while it is under way'])('gives a request up %s, where signals cannot be joined', async (when) => {
    const any = Object.getOwnPropertyDescriptor(AbortSignal, 'any')
    Reflect.deleteProperty(AbortSignal, 'any')
    onTestFinished(() => void Object.defineProperty(AbortSignal, 'any', any ?? {}))
    const controller = new AbortController()
    const server = await site(() => controller.abort())
    if (when === 'before it is sent') controller.abort()
    const sent = fetchTransport()(formRequest('token', server.url, []), { signal: controller.signal })
    await expect(sent).rejects.toMatchObject({ reason: 'aborted' })
    await server.close()
  })

  it('B6, Authlib #704: the user agent is that of the `fetch` it is given; one that the request has goes before it', async () => {
    const seen: unknown[] = []
    const server = await site(({ headers }, response) => {
      seen.push(headers['user-agent'])
      response.end('{}')
    })
    const named: typeof fetch = (input, init) => fetch(input, { ...init, headers: { 'user-agent': 'mine/1.0', ...init?.headers } })
    const request = formRequest('token', `${server.url}/token`, [])
    await fetchTransport(named)(request, {})
    await fetchTransport(named)({ ...request, headers: { ...request.headers, 'user-agent': 'of the request' } }, {})
    await server.close()
    expect(seen).toEqual(['mine/1.0', 'of the request'])
  })

  it('F02, LG06: a failure names the server that could not be reached, and not the path', async () => {
    const closed = await site(() => undefined)
    await closed.close()
    await expect(fetchTransport()(formRequest('token', `${closed.url}/canary?canary`, []), {})).rejects.toMatchObject({
      message: `The request to the token endpoint at ${closed.url} failed: the connection was refused.`,
    })
  })
})

it('C23: a client authentication that empties the body leaves nothing of its length', async () => {
  const headers: IncomingMessage['headers'][] = []
  const server = await site((request, response) => {
    headers.push(request.headers)
    response.setHeader('content-type', 'application/json').end('{"access_token":"A","token_type":"Bearer"}')
  })
  const authentication: ClientAuthentication = (request) => ({ ...request, url: `${request.url}?${request.body}`, body: '' })
  const client = { client_id: 'client', token_endpoint_auth_method: authentication }
  const metadata = { token_endpoint: `${server.url}/token` }
  const grant = toForm({ grant_type: 'client_credentials' })
  await run(tokenGrant(metadata, client, { environment: testEnvironment(), grant }), fetchTransport())
  await server.close()
  expect(server.seen).toMatchObject([{ path: '/token?grant_type=client_credentials', body: '' }])
  expect(headers[0]?.['content-length']).toBe('0')
})

describe('a stream that cannot be iterated, as in Safari', () => {
  const withoutIteration: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    return Object.defineProperty(response, 'body', { value: { getReader: response.body?.getReader.bind(response.body) } })
  }

  it('F02: is read', async () => {
    const server = await site((_request, response) => response.end('{"a":1}'))
    const { body } = await fetchTransport(withoutIteration)(formRequest('token', `${server.url}/token`, []), {})
    await server.close()
    expect(new TextDecoder().decode(body)).toBe('{"a":1}')
  })
})

describe('a port that fetch blocks', () => {
  it('F02: was not connected to, and the cause says why', async () => {
    await expect(fetchTransport()(formRequest('token', 'http://127.0.0.1:6000/token', []), {})).rejects.toMatchObject({
      code: 'OAUTH_REFUSED',
      sent: 'no',
      cause: { code: 'BAD_PORT' },
    })
  })
})

describe('fetchClient: the application’s requests', () => {
  let as: Site
  let api: Site
  let elsewhere: Site
  let session: OAuth2Session<AuthorisedFetch>
  let count: number
  let elsewhereStatus: number

  beforeEach(async () => {
    count = 1
    as = await site((_request, response) => {
      count += 1
      const token = { access_token: `access-${count}`, refresh_token: `refresh-${count}`, token_type: 'Bearer', expires_in: 3600 }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token))
    })
    elsewhereStatus = 200
    elsewhere = await site((_request, response) => response.writeHead(elsewhereStatus).end('{}'))
    api = await site(({ url, headers }, response) => {
      if (url === '/away') response.writeHead(307, { location: `${elsewhere.url}/to` })
      else if (url === '/never' || headers.authorization !== 'Bearer access-2') response.writeHead(401)
      response.end('{}')
    })
    session = new OAuth2Session({ server: { issuer: as.url, token_endpoint: `${as.url}/token` }, clientId: 'client' }, fetchClient())
    await session.setToken({ access_token: 'access-1', refresh_token: 'refresh-1', expires_in: 3600 })
  })
  afterEach(async () => {
    await Promise.all([as, api, elsewhere].map((one) => one.close()))
  })

  it('a 401 renews once and repeats once, with the body', async () => {
    const response = await session.http(`${api.url}/me`, { method: 'POST', body: 'text' })
    expect(response.status).toBe(200)
    expect(api.seen).toEqual([
      { path: '/me', authorization: 'Bearer access-1', body: 'text' },
      { path: '/me', authorization: 'Bearer access-2', body: 'text' },
    ])
    expect(as.seen).toHaveLength(1)
  })

  it('an answer of 401 is given up without waiting for whoever keeps a copy of it', async () => {
    const copied = new OAuth2Session(
      { server: { issuer: as.url, token_endpoint: `${as.url}/token` }, clientId: 'client' },
      fetchClient(copying),
    )
    await copied.setToken({ access_token: 'access-1', refresh_token: 'refresh-1', expires_in: 3600 })
    expect((await copied.http(`${api.url}/me`)).status).toBe(200)
    expect(kept.map(({ status }) => status)).toContain(401)
  })

  it('an API that answers 401 for ever is asked twice, and its answer handed on', async () => {
    expect((await session.http(`${api.url}/never`)).status).toBe(401)
    expect(api.seen).toHaveLength(2)
  })

  it('a form with a boundary of its own is repeated with its body', async () => {
    const form = new FormData()
    form.set('name', 'value')
    expect((await session.http(`${api.url}/me`, { method: 'POST', body: form })).status).toBe(200)
    for (const { body } of api.seen) expect(body).toMatch(/^(--\S+)\r\n[\s\S]*name="name"\r\n\r\nvalue\r\n\1--/)
    expect(api.seen).toHaveLength(2)
  })

  it('a body that is a stream is sent once; the token is renewed for the next call', async () => {
    const body = new Blob(['text']).stream()
    const response = await session.http(`${api.url}/me`, { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect(response.status).toBe(401)
    expect(api.seen.map((seen) => seen.body)).toEqual(['text'])
    expect((await session.http(`${api.url}/me`)).status).toBe(200)
    expect(as.seen).toHaveLength(1)
  })

  it('so is one that is generated: it would be empty the second time', async () => {
    async function* body() {
      yield new TextEncoder().encode('text')
    }
    const init: unknown = { method: 'POST', body: body(), duplex: 'half' }
    expect((await session.http(`${api.url}/me`, init as RequestInit)).status).toBe(401)
    expect(api.seen.map((seen) => seen.body)).toEqual(['text'])
  })

  it('RFC 6750 §2.2: a form can carry the token, and is repeated with the new one', async () => {
    const server = { token_endpoint: `${as.url}/token` }
    const inBody = new OAuth2Session({ server, clientId: 'client', tokenPlacement: 'body' }, fetchClient())
    await inBody.setToken({ access_token: 'access-1', refresh_token: 'refresh-1' })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const body of [new URLSearchParams({ a: '1' }), 'a=1']) await inBody.http(`${api.url}/me`, { method: 'POST', body, headers })
    const sent = api.seen.map(({ body }) => body)
    expect(sent.slice(0, 2)).toEqual(['a=1&access_token=access-1', 'a=1&access_token=access-2'])
    expect(sent.at(-1)).toBe('a=1&access_token=access-2')
  })

  it('S63: protected_request can change a form', async () => {
    session.registerComplianceHook('protected_request', (request) => ({ ...request, form: [...(request.form ?? []), ['b', '2']] }))
    await session.http(`${api.url}/me`, { method: 'POST', body: new URLSearchParams({ a: '1' }) })
    expect(api.seen.map(({ body }) => body)).toEqual(['a=1&b=2', 'a=1&b=2'])
  })

  it('a Request of the application is taken as it is', async () => {
    const response = await session.http(new Request(`${api.url}/me`, { method: 'PUT', headers: { 'x-mine': '1' } }))
    expect(response.status).toBe(200)
    expect(api.seen).toHaveLength(2)
  })

  it('RD09: a redirect to another origin goes there without the token', async () => {
    await session.http(`${api.url}/away`)
    expect(elsewhere.seen).toEqual([{ path: '/to', authorization: undefined, body: '' }])
  })

  it('RD09: a redirect does not take a form along that carries the token', async () => {
    const server = { token_endpoint: `${as.url}/token` }
    const inBody = new OAuth2Session({ server, clientId: 'client', tokenPlacement: 'body' }, fetchClient())
    await inBody.setToken({ access_token: 'access-1' })
    const { status } = await inBody.http(`${api.url}/away`, { method: 'POST', body: new URLSearchParams({ a: '1' }) })
    expect(status).toBe(307)
    expect(elsewhere.seen).toHaveLength(0)
  })

  it('a 401 of the origin where a redirect led renews nothing: it had no token to reject', async () => {
    elsewhereStatus = 401
    expect((await session.http(`${api.url}/away`)).status).toBe(401)
    expect(elsewhere.seen).toHaveLength(1)
    expect(as.seen).toHaveLength(0)
  })

  it('what another session authorised puts no token on token requests', async () => {
    const server = { issuer: as.url, token_endpoint: `${as.url}/token` }
    const other = new OAuth2Session({ server, clientId: 'other' }, fetchClient(session.http))
    await other.fetchToken({ grantType: 'client_credentials' })
    expect(as.seen).toMatchObject([{ path: '/token', authorization: undefined }])
  })

  it('S48: withholdToken, or an authorization of the application', async () => {
    await session.http(`${api.url}/me`, { oauth: { withholdToken: true } })
    await session.http(`${api.url}/me`, { headers: { authorization: 'Basic x' } })
    expect(api.seen.map(({ authorization }) => authorization)).toEqual([undefined, 'Basic x'])
    expect(as.seen).toHaveLength(0)
  })

  it('our own errors come as they are; nothing is sent', async () => {
    await expect(session.http('http://api.example.invalid/')).rejects.toMatchObject({ code: 'OAUTH_ORIGIN_NOT_ALLOWED' })
    expect(api.seen).toHaveLength(0)
  })
})
