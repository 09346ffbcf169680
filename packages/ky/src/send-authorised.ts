import { type Authorised, formEncode } from '@oauth/core/adapter'

/** How an attempt is sent. */
export interface Sending {
  readonly send: (request: Request) => Promise<Response>
  /** Whether the body is in memory. */
  readonly replayable: boolean
}

/** Sends the request with what the authoriser adds. */
export async function sendAuthorised(request: Request, authorised: Authorised, { send, replayable }: Sending): Promise<Response> {
  const { url, headers, form } = authorised
  const sent = url === request.url && form === undefined ? request : await rebuilt(request, authorised, replayable)
  const before = Object.keys(headers).map((name) => [name, sent.headers.get(name)] as const)
  for (const [name, value] of Object.entries(headers)) sent.headers.set(name, value)
  try {
    return await send(sent)
  } finally {
    // ky's errors hold the request: whoever logs them should not log the token. And it may be sent again, with its own headers.
    for (const [name, value] of before) {
      if (value === null) sent.headers.delete(name)
      else sent.headers.set(name, value)
    }
  }
}

async function rebuilt(request: Request, { url, form, headers }: Authorised, replayable: boolean): Promise<Request> {
  // A request that is built from another has its body as a stream of unknown length, and in Firefox not at all.
  const body = form === undefined ? replayable && (await bytesOf(request)) : formEncode(form)
  const moved = url === request.url ? request : new Request(url, request)
  if (!body) return moved
  // RFC 9700 §4.12: `fetch` takes a body along to wherever a 307 leads, and with it a token that the form carries.
  const carriesToken = form !== undefined && headers['authorization'] === undefined
  return new Request(moved, carriesToken && moved.redirect === 'follow' ? { body, redirect: 'manual' } : { body })
}

async function bytesOf(request: Request): Promise<ArrayBuffer | undefined> {
  if (request.body === null) return undefined
  const bytes = await request.clone().arrayBuffer()
  return bytes.byteLength === 0 ? undefined : bytes
}
