import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { OAuth2Session as KySession } from '@oauth/ky'
import { type Environment, OAuth2Session as GotSession, type SessionOptions } from '@oauth/node-got'
import { type HostileServer, startHostileServer } from '@oauth-test/provider'

/** A session on any client, and as much of the client as they have in common. */
export type Session = Omit<GotSession, 'http' | 'extend'> & { readonly http: { get(url: string): { json(): Promise<unknown> } } }

export interface Client {
  readonly name: string
  readonly OAuth2Session: new (options: SessionOptions) => Session
}

/** Each fault meets each of them. */
export const clients: readonly Client[] = [
  { name: 'got', OAuth2Session: GotSession },
  { name: 'ky', OAuth2Session: KySession },
]

/** Closes what a test has opened, by handle, last things first. */
const opened: { close(): Promise<void> }[] = []

export async function closeAll(): Promise<void> {
  for (const one of opened.splice(0).reverse()) await one.close()
}

export function closing<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one)
  return one
}

/** The machine's clock, so many seconds ahead or behind. */
export interface Clock extends Environment {
  ahead: number
}

export function clock(): Clock {
  const self: Clock = {
    ahead: 0,
    now: () => Date.now() / 1000 + self.ahead,
    monotonic: () => performance.now() + self.ahead * 1000,
    randomBytes: (n) => new Uint8Array(randomBytes(n)),
    sleep: (ms, signal) => setTimeout(ms, undefined, signal && { signal }),
  }
  return self
}

export const TOKEN = { access_token: 'access-2', refresh_token: 'refresh-2', token_type: 'Bearer', expires_in: 3600 }

/** A server that knows where everything is, and an API at `/me` that says which token it was shown. */
export async function world({ OAuth2Session }: Client) {
  const server: HostileServer = closing(await startHostileServer())
  server.answer('discovery', () => ({ body: server.metadata() }))
  server.answer('/me', ({ headers }) => ({ body: { authorization: headers.authorization } }))
  const session = (options: Partial<SessionOptions> = {}): Session =>
    new OAuth2Session({
      issuer: server.url,
      clientId: 'client',
      clientSecret: 'the-client-secret',
      redirectUri: 'https://app.example/callback',
      ...options,
    })
  return {
    server,
    session,
    /** One with tokens; the access token is over unless it is told to last. */
    async loggedIn(options: Partial<SessionOptions> = {}, token: object = { expires_at: 1 }): Promise<Session> {
      const made = session(options)
      await made.setToken({ access_token: 'access-1', refresh_token: 'refresh-1', ...token })
      return made
    },
    /** What the API was shown. */
    me: (asking: Session) => asking.http.get(`${server.url}/me`).json(),
    /** Refresh tokens, in the order in which they were sent. */
    presented: () => server.requestsTo('token').map(({ body }) => new URLSearchParams(body).get('refresh_token')),
  }
}

export type World = Awaited<ReturnType<typeof world>>

/** A whole login with a code. */
export async function login(session: Session, iss: string): Promise<unknown> {
  const { state, transaction } = await session.createAuthorizationUrl()
  return session.fetchToken({
    authorizationResponse: `https://app.example/callback?${new URLSearchParams({ code: 'C', state, iss })}`,
    transaction,
  })
}
