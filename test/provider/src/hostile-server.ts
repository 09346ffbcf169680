import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { commit, type FaultAnswer } from './faults.ts'
import { listen } from './listen.ts'

export interface HostileRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface PlainAnswer {
  readonly status?: number
  readonly headers?: OutgoingHttpHeaders
  /** Text and bytes go out as they are; anything else as JSON, with its content type. */
  readonly body?: unknown
}

export type HostileAnswer = PlainAnswer | FaultAnswer
export type HostileScript = HostileAnswer | ((request: HostileRequest) => HostileAnswer | Promise<HostileAnswer>)

const endpoints = {
  discovery: '/.well-known/openid-configuration',
  oauth_discovery: '/.well-known/oauth-authorization-server',
  authorization: '/authorize',
  token: '/token',
  jwks: '/jwks',
  userinfo: '/userinfo',
  introspection: '/introspect',
  revocation: '/revoke',
  end_session: '/logout',
  registration: '/register',
} as const

export type HostileEndpoint = keyof typeof endpoints

export interface HostileServer {
  readonly url: string
  /**
   * Answers for one path (`/x`, any query) or endpoint, one for each request in turn; the last one repeats. A second
   * call replaces what the first has left. Without a script: 404.
   */
  answer(pathOrEndpoint: `/${string}` | HostileEndpoint, ...answers: readonly HostileScript[]): void
  /** All requests, as received: secrets too, that is what a test looks for here. */
  readonly requests: readonly HostileRequest[]
  /** Requests of one path or endpoint. */
  requestsTo(pathOrEndpoint: `/${string}` | HostileEndpoint): HostileRequest[]
  /** A discovery document with this server as issuer. It is not served by itself. */
  metadata(overrides?: Readonly<Record<string, unknown>>): Record<string, unknown>
  close(): Promise<void>
}

/** A real server that does to a client whatever a script says, down to the connection. */
export async function startHostileServer(): Promise<HostileServer> {
  const scripts = new Map<string, HostileScript[]>()
  const requests: HostileRequest[] = []
  const pathOf = (target: string): string => (Object.hasOwn(endpoints, target) ? endpoints[target as HostileEndpoint] : target)

  const server = await listen(async (incoming, response) => {
    // A client that gives up ends the connection in the middle of things; that is no error here.
    response.on('error', () => {})
    let body = ''
    try {
      for await (const chunk of incoming.setEncoding('utf8')) body += chunk
    } catch {
      return
    }
    const request = { method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body }
    requests.push(request)
    const queue = scripts.get(request.url.split('?')[0] ?? '') ?? [{ status: 404, body: { error: 'not_found' } }]
    const script = (queue.length > 1 ? queue.shift() : queue[0]) ?? { status: 404 }
    try {
      const answer = typeof script === 'function' ? await script(request) : script
      if ('fault' in answer) commit(response, answer)
      else plain(response, answer)
    } catch (error) {
      // A script that throws is a mistake of the test: say so instead of hanging.
      plain(response, { status: 500, body: `script for ${request.url} failed: ${error}` })
    }
  })

  return {
    url: server.url,
    answer(target, ...answers) {
      scripts.set(pathOf(target), [...answers])
    },
    requests,
    requestsTo: (target) => requests.filter(({ url }) => url.split('?')[0] === pathOf(target)),
    metadata: (overrides) => ({
      issuer: server.url,
      authorization_endpoint: server.url + endpoints.authorization,
      token_endpoint: server.url + endpoints.token,
      jwks_uri: server.url + endpoints.jwks,
      userinfo_endpoint: server.url + endpoints.userinfo,
      introspection_endpoint: server.url + endpoints.introspection,
      revocation_endpoint: server.url + endpoints.revocation,
      end_session_endpoint: server.url + endpoints.end_session,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
      scopes_supported: ['openid', 'email', 'profile', 'offline_access'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      ...overrides,
    }),
    close: () => server.close(),
  }
}

function plain(response: ServerResponse, { status = 200, headers, body }: PlainAnswer): void {
  if (body === undefined) {
    response.writeHead(status, headers)
    response.end()
  } else if (typeof body === 'string' || body instanceof Uint8Array) {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers })
    response.end(body)
  } else {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }
}
