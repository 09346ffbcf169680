import { assertNoClientCertificate, type HttpRequest, networkError, type Transport, TransportError } from '@oauth/core/adapter'
import got, { type Got } from 'got'
import { assertGot } from './got-instance.js'
import { BLOCKED } from './public-hosts.js'

/**
 * Sends the core's own requests with a got instance: its agents, proxies, `user-agent` and `beforeRequest` hooks apply; its other headers,
 * redirects, retries, cookies, cache and base URL do not: they are meant for an API.
 *
 * @throws {@link UsageError} for what is no got instance.
 */
export function gotTransport(instance: Got = got): Transport {
  assertGot(instance)
  const { 'user-agent': _own, ...theirs } = instance.defaults.options.headers
  const headers = Object.fromEntries([...Object.keys(theirs), 'authorization'].map((name) => [name, undefined]))
  return async (request, { signal }) => {
    assertNoClientCertificate(request)
    const { url, maxBytes } = request
    const stream = instance.stream(url, { ...OWN, ...contentOf(request, headers), ...(signal && { signal }) })
    const chunks: Uint8Array[] = []
    let size = 0
    try {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        size += chunk.length
        // Leaving the loop destroys the stream and frees the socket.
        if (size > maxBytes) throw new TransportError(request, { reason: 'too_large', sent: 'maybe' })
        chunks.push(chunk)
      }
    } catch (error) {
      if (error instanceof TransportError) throw error
      if (signal?.aborted) throw new TransportError(request, { reason: 'aborted', sent: 'maybe' })
      const { code } = error as { code?: unknown }
      if (code === BLOCKED) throw new TransportError(request, { reason: 'blocked', sent: 'no' })
      throw networkError(request, code)
    }
    const { statusCode = 0, headers: received = {} } = stream.response ?? {}
    return { status: statusCode, headers: joined(received), body: Buffer.concat(chunks) }
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
  // The instance may be another session's.
  context: { oauth: { withholdToken: true } },
} as const

/** Headers are named also when absent: `undefined` keeps the instance's own from being sent. */
function contentOf({ method, headers, body = '', timeoutMs }: HttpRequest, absent: Readonly<Record<string, undefined>>) {
  return { method, timeout: { request: timeoutMs }, headers: { ...absent, ...headers }, ...(method === 'POST' ? { body } : {}) }
}

function joined(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))
}
