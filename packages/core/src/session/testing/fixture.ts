import { answer, json } from '../../../test/answers.js'
import { NOW } from '../../../test/environment.js'
import { defaultEnvironment, type Environment, type OAuthEvent } from '../../environment.js'
import { formDecode, formGet } from '../../http/form.js'
import type { HttpRequest } from '../../http/http-request.js'
import type { HttpHeaders, HttpResponse } from '../../http/http-response.js'
import type { ServerMetadata } from '../../metadata/server-metadata.js'
import type { HttpClient } from '../http-client.js'
import { OAuth2Session } from '../oauth2-session.js'
import type { ResourceOptions } from '../resource-request.js'
import type { SessionOptions } from '../session-options.js'

export { answer, json, NOW }

/** A clock that stands still until the test moves it: both hands by the same way. */
export interface TestClock extends Environment {
  time: number
  readonly events: OAuthEvent[]
}

export function testClock(overrides: Partial<Environment> = {}): TestClock {
  const events: OAuthEvent[] = []
  const clock: TestClock = {
    ...defaultEnvironment(),
    time: NOW,
    events,
    now: () => clock.time,
    monotonic: () => clock.time * 1000,
    sleep: () => Promise.reject(new Error('a session waits for nobody')),
    pauses: new Map(),
    emit: (event) => void events.push(event),
    ...overrides,
  }
  return clock
}

export const AS = 'https://as.example'
export const API = 'https://api.example'

export const server = {
  issuer: AS,
  authorization_endpoint: `${AS}/authorize`,
  token_endpoint: `${AS}/token`,
  revocation_endpoint: `${AS}/revoke`,
  userinfo_endpoint: `${AS}/userinfo`,
  end_session_endpoint: `${AS}/logout`,
  jwks_uri: `${AS}/jwks`,
} as const satisfies ServerMetadata

/** What the application's HTTP client saw of a call. */
export interface Sent {
  readonly url: string
  readonly authorization: string | undefined
}

/** A call through the authorised client: resolves with the status of the last answer. */
export type Call = (url: string, options?: ResourceOptions & { readonly headers?: Record<string, string> }) => Promise<number>

/** Answers a request, or throws a TransportError. */
export type Answer = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>

export interface Wire {
  /** The core's requests, in order. */
  readonly requests: HttpRequest[]
  /** The application's requests, in order. */
  readonly sent: Sent[]
  /** The headers that the session set on each of them. */
  readonly added: HttpHeaders[]
  readonly client: HttpClient<Call>
  /** Requests to the token endpoint, as forms. */
  tokenRequests(): Record<string, string>[]
}

/** An HTTP client in memory: two functions instead of a network. */
export function wire(answers: Answer, resource: (sent: Sent) => number = () => 200): Wire {
  const requests: HttpRequest[] = []
  const sent: Sent[] = []
  const added: HttpHeaders[] = []
  return {
    requests,
    sent,
    added,
    client: {
      async transport(request) {
        requests.push(request)
        return answers(request)
      },
      authorised:
        (authoriser) =>
        async (url, { headers = {}, ...options } = {}) => {
          const request = { method: 'GET', url, headers, replayable: true, options }
          const attempt = async (number: number) => {
            const authorised = await authoriser.authorise(request, number)
            const authorization = authorised.headers['authorization'] ?? headers['authorization']
            const seen = { url: authorised.url, authorization }
            sent.push(seen)
            added.push(authorised.headers)
            return { authorised, status: resource(seen) }
          }
          const first = await attempt(1)
          const again = (await authoriser.answered(first.authorised, { status: first.status, headers: {} })) === 'again'
          return again ? (await attempt(2)).status : first.status
        },
    },
    tokenRequests: () =>
      requests.filter(({ endpoint }) => endpoint === 'token').map(({ body }) => Object.fromEntries(formDecode(body ?? ''))),
  }
}

/** A session over a wire. */
export function sessionOver({ client }: Wire, options: Partial<SessionOptions> = {}): OAuth2Session<Call> {
  return new OAuth2Session<Call>({ server, clientId: 'client', clientSecret: 'the-client-secret', ...options }, client)
}

/** An authorization server that rotates refresh tokens and ends the family when a spent one comes again. */
export interface RotatingServer {
  readonly answer: Answer
  /** Tokens of a login. */
  issue(): { access_token: string; refresh_token: string; token_type: string; expires_in: number }
  /** Refresh tokens in the order they came in. */
  readonly presented: string[]
  readonly revoked: string[]
  readonly reuses: number
  isLive(accessToken: string): boolean
  /** Ends all access tokens, as an impatient API would. */
  forget(): void
}

export function rotatingServer({ expiresIn = 3600 } = {}): RotatingServer {
  const presented: string[] = []
  const revoked: string[] = []
  const live = new Set<string>()
  let current = ''
  let count = 0
  let reuses = 0

  function issue() {
    count += 1
    current = `refresh-${count}`
    live.add(`access-${count}`)
    return { access_token: `access-${count}`, refresh_token: current, token_type: 'Bearer', expires_in: expiresIn }
  }

  return {
    presented,
    revoked,
    issue,
    isLive: (accessToken) => live.has(accessToken),
    forget: () => live.clear(),
    get reuses() {
      return reuses
    },
    answer({ endpoint, body = '' }) {
      const form = formDecode(body)
      if (endpoint === 'revocation') {
        revoked.push(formGet(form, 'token') ?? '')
        return answer(200)
      }
      const token = formGet(form, 'refresh_token') ?? ''
      if (presented.includes(token)) reuses += 1
      presented.push(token)
      return token === current ? json(issue()) : json({ error: 'invalid_grant' }, 400)
    },
  }
}
