import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { allowEveryOrigin } from './cors.ts'
import { json } from './json.ts'
import { listen } from './listen.ts'
import type { TestProvider } from './provider.ts'
import { createRoutes } from './resource-routes.ts'
import { type Caller, createTokenCheck } from './token-check.ts'

export type ResourceServerOptions = (
  | { readonly provider: TestProvider }
  | { readonly issuer: string; readonly clientId: string; readonly clientSecret: string }
) & {
  /** `aud` that a token must have if it has one (a JWT always has). Default: the URL of this server, with or without a slash at the end. */
  readonly audience?: string
  /** Scripts of every site may call it. Default false. */
  readonly cors?: boolean
}

/** No query, no headers, no body: nothing here can be a secret. */
export interface ResourceLogEntry {
  readonly method: string
  readonly path: string
  readonly authorised: boolean
  readonly status: number
}

export interface ResourceServer {
  readonly url: string
  readonly audience: string
  readonly requests: readonly ResourceLogEntry[]
  close(): Promise<void>
}

/** An API that asks the provider about every access token at every request. */
export async function startResourceServer(options: ResourceServerOptions): Promise<ResourceServer> {
  const requests: ResourceLogEntry[] = []
  let handle = async (_request: IncomingMessage, response: ServerResponse): Promise<void> => void response.writeHead(503).end()
  const answer: RequestListener = (request, response) => {
    handle(request, response).catch((error: unknown) => {
      // Also when the caller has gone in the middle of a body; then there is nobody to tell.
      if (response.headersSent) response.destroy()
      else json(response, 503, { error: 'temporarily_unavailable', detail: error instanceof Error ? error.message : String(error) })
    })
  }
  const server = await listen(options.cors ? allowEveryOrigin(answer) : answer)
  const audience = options.audience ?? server.url
  const audiences = options.audience === undefined ? [server.url, `${server.url}/`] : [options.audience]
  const check = createTokenCheck({ audiences, ...(await credentials(options)) })
  const routes = createRoutes()

  handle = async (request, response) => {
    const url = new URL(request.url ?? '/', server.url)
    let authorised = false
    // Written with the head of the answer and not after its end: a test that has the answer finds the entry.
    const { writeHead } = response
    response.writeHead = ((status: number, ...rest: never[]) => {
      requests.push({ method: request.method ?? '', path: url.pathname, authorised, status })
      return writeHead.call(response, status, ...rest)
    }) as typeof writeHead

    const token = /^Bearer +([\w\-.~+/]+=*)$/i.exec(request.headers.authorization ?? '')?.[1]
    const caller: Caller | undefined = token === undefined ? undefined : await check(token)
    authorised = caller !== undefined
    if (!caller) {
      const challenge = request.headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"'
      return json(response, 401, { error: 'invalid_token' }, { 'WWW-Authenticate': challenge })
    }
    const route = routes[`${request.method} ${url.pathname}`]
    if (!route) return json(response, 404, { error: 'not_found' })
    await route({ request, response, url, caller })
  }

  return { url: server.url, audience, requests, close: () => server.close() }
}

async function credentials(options: ResourceServerOptions): Promise<{ issuer: string; clientId: string; clientSecret: string }> {
  if ('issuer' in options) return { issuer: options.issuer, clientId: options.clientId, clientSecret: options.clientSecret }
  const own = await options.provider.addClient({ client_name: 'API', grant_types: [], response_types: [], redirect_uris: [] })
  return { issuer: options.provider.issuer, clientId: own.client_id, clientSecret: own.client_secret }
}
