import { type Authorised, formEncode, type ResourceRequest } from '@oauth/core/adapter'

/** The request with what the authoriser adds; itself, where its address and its body stay. */
export async function authorisedRequest(
  request: Request,
  { url, headers, form }: Authorised,
  { replayable }: Pick<ResourceRequest, 'replayable'>,
): Promise<Request> {
  // A request that is built from another has its body as a stream of unknown length, and in Firefox not at all.
  const body = form === undefined ? url !== request.url && replayable && (await bytesOf(request)) : formEncode(form)
  const moved = url === request.url ? request : new Request(url, request)
  const authorised = body ? new Request(moved, { body }) : moved
  for (const [name, value] of Object.entries(headers)) authorised.headers.set(name, value)
  return authorised
}

async function bytesOf(request: Request): Promise<ArrayBuffer | undefined> {
  if (request.body === null) return undefined
  const bytes = await request.clone().arrayBuffer()
  return bytes.byteLength === 0 ? undefined : bytes
}
