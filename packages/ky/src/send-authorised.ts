import { type Authorised, formEncode, type HttpHeaders } from '@oauth/core/adapter'
import { type Following, keptBody, sendToApi } from '@oauth/core/fetch'
import type { KyRequest } from './resource-request.js'

/** How an attempt is sent. */
export interface Sending {
  readonly send: Following['send']
  /** What the authoriser was asked. */
  readonly resource: KyRequest
}

/** Sends the request with what the authoriser adds. */
export function sendAuthorised(request: Request, authorised: Authorised, sending: Sending): Promise<Response> {
  const { url, headers, form } = authorised
  if (url === sending.resource.url && form === undefined) return sendWith(request, headers, sending)
  return rebuilt(request, authorised, sending.resource).then((sent) => sendWith(sent, headers, sending))
}

async function sendWith(request: Request, headers: HttpHeaders, { send, resource }: Sending): Promise<Response> {
  const { headers: shown } = request
  const before: Record<string, string | null> = {}
  for (const name of Object.keys(headers)) {
    // To look takes as long as to set, and that a request has no token of its own is known.
    before[name] = name === 'authorization' && !resource.isAuthorised ? null : shown.get(name)
    shown.set(name, headers[name] ?? '')
  }
  try {
    return await sendToApi(request, { send, body: () => bodyOf(request, resource) })
  } finally {
    // ky's errors hold the request: whoever logs them should not log the token. And it may be sent again, with its own headers.
    for (const name of Object.keys(before)) {
      const value = before[name] ?? null
      if (value === null) shown.delete(name)
      else shown.set(name, value)
    }
  }
}

async function rebuilt(request: Request, { url, form }: Authorised, resource: KyRequest): Promise<Request> {
  // A request that is built from another has its body as a stream of unknown length, and in Firefox not at all.
  const body = form === undefined ? resource.replayable && (await bytesOf(request)) : formEncode(form)
  const moved = url === request.url ? request : new Request(url, request)
  if (!body) return moved
  // `fetch` repeats a body wherever a redirect leads (307, 308), also to another origin, and asks nobody: one with a token in it is not repeated.
  const isFollowed = form === undefined || body === formEncode(resource.form ?? []) || request.redirect !== 'follow'
  return new Request(moved, { body, ...(isFollowed ? {} : { redirect: 'manual' }) })
}

function bodyOf(request: Request, { replayable, isStream }: KyRequest): ReturnType<Following['body']> {
  if (replayable) return request.clone().arrayBuffer()
  return isStream ? undefined : keptBody(request)
}

async function bytesOf(request: Request): Promise<ArrayBuffer | undefined> {
  if (request.body === null) return undefined
  const bytes = await request.clone().arrayBuffer()
  return bytes.byteLength === 0 ? undefined : bytes
}
