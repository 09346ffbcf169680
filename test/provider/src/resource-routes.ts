import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { json } from './json.ts'
import type { Caller } from './token-check.ts'

export interface RouteContext {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly caller: Caller
}

export type Route = (context: RouteContext) => void | Promise<void>

const pages = 3
const perPage = 5
const streamChunks = 64
const streamChunkSize = 65_536

/** `METHOD /path` to what it does. Made for each server, because `/flaky` counts. */
export function createRoutes(): Readonly<Record<string, Route>> {
  const failures = new Map<string, number>()
  return {
    'GET /me': ({ response, caller }) => json(response, 200, { sub: caller.sub, scope: caller.scope }),

    'GET /items': ({ response, url }) => {
      const page = Number(url.searchParams.get('page') ?? '1')
      if (!Number.isInteger(page) || page < 1 || page > pages) return json(response, 404, { error: 'not_found' })
      const items = Array.from({ length: perPage }, (_, i) => ({ id: (page - 1) * perPage + i + 1 }))
      const next: Record<string, string> = page < pages ? { Link: `<${url.origin}/items?page=${page + 1}>; rel="next"` } : {}
      json(response, 200, { page, items }, next)
    },

    /** 4 MiB in chunks, at the pace of the reader. */
    'GET /stream': async ({ response }) => {
      response.writeHead(200, { 'Content-Type': 'application/octet-stream' })
      const chunks = function* (): Generator<Buffer> {
        for (let i = 0; i < streamChunks; i += 1) yield Buffer.alloc(streamChunkSize, i)
      }
      await pipeline(Readable.from(chunks()), response)
    },

    'POST /echo': async ({ request, response }) => {
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      const { authorization: _secret, ...headers } = request.headers
      json(response, 200, { method: request.method, headers, body })
    },

    /** Anywhere at all: a client must not take its token along to another origin. */
    'GET /redirect': ({ response, url }) => {
      response.writeHead(302, { Location: url.searchParams.get('to') ?? '/me' })
      response.end()
    },

    'GET /flaky': ({ response, url }) => {
      const key = url.searchParams.get('key') ?? ''
      const seen = failures.get(key) ?? 0
      failures.set(key, seen + 1)
      if (seen < Number(url.searchParams.get('fail') ?? '1')) {
        return json(response, 503, { error: 'temporarily_unavailable' }, { 'Retry-After': '0' })
      }
      json(response, 200, { attempts: seen + 1 })
    },
  }
}
