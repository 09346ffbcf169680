import { type HttpRequest, networkError, TransportError, type Transport } from '@oauth/core/adapter'
import got, { type Got, RequestError } from 'got'

/**
 * Sends the core's own requests with a got instance: its agents, proxies and `beforeRequest` hooks apply; redirects, retries, cookies,
 * cache and base URL do not.
 */
export function gotTransport(instance: Got = got): Transport {
  return async (request, { signal }) => {
    const stream = instance.stream(request.url, { ...OWN, ...contentOf(request), timeout: { request: request.timeoutMs }, ...(signal && { signal }) })
    const chunks: Uint8Array[] = []
    let size = 0
    try {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        size += chunk.length
        // Leaving the loop destroys the stream and frees the socket.
        if (size > request.maxBytes) throw new TransportError(request.endpoint, { reason: 'too_large', sent: 'maybe' })
        chunks.push(chunk)
      }
    } catch (error) {
      if (error instanceof TransportError) throw error
      if (signal?.aborted) throw new TransportError(request.endpoint, { reason: 'aborted', sent: 'maybe' })
      throw networkError(request.endpoint, error instanceof RequestError ? error.code : undefined)
    }
    const { statusCode = 0, headers = {} } = stream.response ?? {}
    return { status: statusCode, headers: joined(headers), body: Buffer.concat(chunks) }
  }
}

/** What an instance's defaults may not change in a request that carries credentials. */
const OWN = {
  prefixUrl: '',
  searchParams: undefined,
  followRedirect: false,
  throwHttpErrors: false,
  retry: { limit: 0 },
  cookieJar: undefined,
  cache: false,
  username: '',
  password: '',
  decompress: true,
} as const

function contentOf({ method, headers, body }: HttpRequest) {
  // Set also when absent: an instance may have an `authorization` of its own among its default headers.
  const own = { ...headers, authorization: headers['authorization'] }
  return { method, headers: own, ...(method === 'POST' ? { body: body ?? '' } : {}) }
}

function joined(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))
}
