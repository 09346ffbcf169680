import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'

/** What a login has left behind. Its access token has expired. */
export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

/** An authorization server with one login, which rotates refresh tokens and ends the login when one is used again (RFC 9700 §4.14.2). */
export interface RotatingServer {
  readonly origin: string
  readonly tokens: Tokens
  /** How many token requests it was sent. */
  requests(): number
  /** Whether a refresh token was used again: then nothing that was issued works any more. */
  isRevoked(): boolean
  accepts(accessToken: string): boolean
  /** Begins to answer: until then requests wait, so that those who come meanwhile are known to have come meanwhile. */
  answer(): void
  stop(): Promise<void>
}

/** A user of the AT Protocol, since one of the peers knows no others. */
export const SUBJECT = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'

/** Starts one, on loopback, whose answers take that many milliseconds. */
export async function startRotatingServer(latency: number): Promise<RotatingServer> {
  const spent = new Set<string>()
  const live = new Set<string>()
  const answering = Promise.withResolvers<void>()
  let issued = 0
  let requests = 0
  let isRevoked = false

  function issue(): Tokens {
    issued += 1
    live.add(`access-${issued}`)
    return { access_token: `access-${issued}`, refresh_token: `refresh-${issued}` }
  }

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refreshToken = new URLSearchParams(await text(request)).get('refresh_token') ?? ''
    requests += 1
    if (spent.has(refreshToken)) {
      isRevoked = true
      live.clear()
    }
    spent.add(refreshToken)
    const type = request.headers.dpop === undefined ? 'Bearer' : 'DPoP'
    // Decided when the request comes, as a database does.
    const answer = isRevoked
      ? { error: 'invalid_grant' }
      : { ...issue(), token_type: type, expires_in: 3600, scope: 'atproto', sub: SUBJECT }
    await answering.promise
    await setTimeout(latency)
    json(response, 'error' in answer ? 400 : 200, answer)
  }

  const server = createServer((request, response) => {
    if (request.url === '/token') void token(request, response)
    else json(response, 200, metadata(`http://${request.headers.host}`, request.url ?? ''))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const tokens = issue()
  live.clear()
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens,
    requests: () => requests,
    isRevoked: () => isRevoked,
    accepts: (accessToken) => live.has(accessToken),
    answer: () => answering.resolve(),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function metadata(origin: string, path: string): object {
  if (path === '/.well-known/oauth-protected-resource') return { resource: origin, authorization_servers: [origin] }
  return {
    // The peer that asks for the OpenID configuration spells its issuer with a slash.
    issuer: path === '/.well-known/openid-configuration' ? `${origin}/` : origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    response_types_supported: ['code'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_post', 'client_secret_basic'],
    dpop_signing_alg_values_supported: ['ES256'],
    client_id_metadata_document_supported: true,
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
