import { type Form, formDecode } from '@oauth/core/adapter'
import { MAX_FORM_BYTES, parseCookies, type RouteBody, type RouteRequest } from '@oauth/core/routes'
import type { Request } from 'express'

/** Translates an Express request; its body is read apart, by {@link readBody}, and only where a route needs it. */
export function readRequest(req: Request, url: string): RouteRequest {
  const headers: Record<string, string> = {}
  // Entries that are mapped take three times as long, at every request.
  for (const name of Object.keys(req.headers)) headers[name] = String(req.headers[name])
  return { method: req.method, url, headers, cookies: parseCookies(headers['cookie']) }
}

/** The form that a request carries, whether or not a body parser has read it already. */
export async function readBody(req: Request): Promise<RouteBody> {
  if (!req.is('application/x-www-form-urlencoded')) return { kind: 'unsupported' }
  const parsed: unknown = req.body
  if (parsed !== undefined && !isUnread(req)) return fromParser(parsed)
  const chunks: Buffer[] = []
  let size = 0
  // To the end, whatever is kept of it: who is answered in the middle of a body finds the connection reset, and maybe no answer.
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= MAX_FORM_BYTES) chunks.push(chunk)
  }
  if (size > MAX_FORM_BYTES) return { kind: 'too_large' }
  return { kind: 'form', pairs: formDecode(Buffer.concat(chunks).toString()) }
}

/** Parsers of other types, such as those of body-parser 1, leave an empty object behind where they have read nothing. */
function isUnread({ body, readableDidRead, readableEnded }: Request): boolean {
  return !readableDidRead && !readableEnded && Object.keys(Object(body)).length === 0
}

/** Lists are parameters given more than once; objects come from bracket syntax, which no OAuth parameter has. */
function fromParser(parsed: unknown): RouteBody {
  if (typeof parsed === 'string' || Buffer.isBuffer(parsed)) return { kind: 'form', pairs: formDecode(parsed.toString()) }
  if (typeof parsed !== 'object' || parsed === null) return { kind: 'unsupported' }
  const pairs: Form = Object.entries(parsed).flatMap(([name, value]) => [value].flat().map((one) => [name, one] as const))
  return pairs.every(([, value]) => typeof value === 'string') ? { kind: 'form', pairs } : { kind: 'unsupported' }
}
