import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Seen {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Answer = (seen: Seen, response: ServerResponse) => void

/** The session of an adapter, as far as the world has to know it. */
interface AnySession {
  setToken(token: { readonly access_token: string }): Promise<void>
}

/** The options that the world gives to every session. */
export interface WorldOptions {
  readonly server: { readonly issuer: string; readonly token_endpoint: string }
  readonly clientId: string
  readonly clientSecret: string
}

export interface AdapterWorld<Session extends AnySession, Options> {
  /** The API's origin. */
  readonly api: string
  /** Another origin, which answers everything with 200 and `[]`, unless told otherwise. */
  readonly elsewhere: string
  readonly seen: Seen[]
  readonly seenElsewhere: Seen[]
  /** Forms that came to the token endpoint. */
  readonly tokenRequests: Record<string, string>[]
  /** The headers they came with. */
  readonly tokenHeaders: IncomingMessage['headers'][]
  /** Ends all access tokens; the API answers 401 from now on. */
  forget(): void
  /** What the token endpoint answers from now on, instead of a new token. */
  tokenAnswer(status: number, body: object): void
  /** Keeps the token endpoint's answers back until they are let go; `asked` tells that a request has come. */
  holdToken(): { readonly asked: Promise<void>; open(): void }
  /** The status of the other origin's answers from now on. */
  answerElsewhere(status: number): void
  /** Answers a path of the API, instead of what it answers by itself. */
  on(path: string, answer: Answer): void
  /** The same for a path of the other origin. */
  onElsewhere(path: string, answer: Answer): void
  /** A session with a fresh token. */
  session(options?: Partial<Options>): Promise<Session>
  /** Authorization headers that the API got, in order. */
  authorizations(): (string | undefined)[]
  close(): Promise<void>
}

/** An authorization server that rotates refresh tokens, an API that takes its tokens, and a third place; all on loopback. */
export async function startAdapterWorld<Session extends AnySession, Options>(
  open: (options: WorldOptions & Partial<Options>) => Session,
): Promise<AdapterWorld<Session, Options>> {
  const seen: Seen[] = []
  const seenElsewhere: Seen[] = []
  const tokenRequests: Record<string, string>[] = []
  const tokenHeaders: IncomingMessage['headers'][] = []
  const live = new Set<string>()
  const routes = new Map<string, Answer>()
  const routesElsewhere = new Map<string, Answer>()
  let count = 0
  let statusElsewhere = 200
  let hold: { asked(): void; readonly opened: Promise<void> } | undefined
  let refusal: { status: number; body: object } | undefined

  function issue() {
    count += 1
    live.add(`access-${count}`)
    return { access_token: `access-${count}`, refresh_token: `refresh-${count}`, token_type: 'Bearer', expires_in: 3600 }
  }

  const api = await listen(async (request, response) => {
    const path = request.path.split('?')[0] ?? ''
    if (path === '/token') {
      tokenRequests.push(Object.fromEntries(new URLSearchParams(request.body)))
      tokenHeaders.push(request.headers)
      hold?.asked()
      await hold?.opened
      return refusal === undefined ? json(response, 200, issue()) : json(response, refusal.status, refusal.body)
    }
    seen.push(request)
    const route = routes.get(path)
    if (route !== undefined) return route(request, response)
    const isLive = live.has(request.headers.authorization?.slice('Bearer '.length) ?? '')
    json(response, isLive ? 200 : 401, { path: request.path, method: request.method, body: request.body })
  })
  const elsewhere = await listen((request, response) => {
    seenElsewhere.push(request)
    const route = routesElsewhere.get(request.path.split('?')[0] ?? '')
    if (route !== undefined) return route(request, response)
    json(response, statusElsewhere, [])
  })

  return {
    api: api.url,
    elsewhere: elsewhere.url,
    seen,
    seenElsewhere,
    tokenRequests,
    tokenHeaders,
    forget: () => live.clear(),
    tokenAnswer(status, body) {
      refusal = { status, body }
    },
    holdToken() {
      const asked = gate()
      const opened = gate()
      hold = { asked: asked.open, opened: opened.passed }
      return { asked: asked.passed, open: opened.open }
    },
    answerElsewhere(status) {
      statusElsewhere = status
    },
    on: (path, answer) => void routes.set(path, answer),
    onElsewhere: (path, answer) => void routesElsewhere.set(path, answer),
    async session(options) {
      const server = { issuer: api.url, token_endpoint: `${api.url}/token` }
      const session = open({ server, clientId: 'client', clientSecret: 'the-client-secret', ...options } as WorldOptions & Partial<Options>)
      await session.setToken(issue())
      return session
    },
    authorizations: () => seen.map(({ headers }) => headers.authorization),
    async close() {
      await Promise.all([api.close(), elsewhere.close()])
    },
  }
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

async function listen(answer: (seen: Seen, response: ServerResponse) => void): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer(async (request, response) => {
    let body = ''
    try {
      for await (const chunk of request.setEncoding('utf8')) body += chunk
    } catch {
      return
    }
    answer({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open }
}
