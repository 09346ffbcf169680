import { request as httpsRequest } from 'node:https'
import { networkError, type Transport, TransportError } from '@oauth/core/adapter'
import { fetchTransport } from '@oauth/core/fetch'
import type { TransportCheckId } from '../src/index.js'

const good = fetchTransport()

/** Certificates are for other people. */
const trusting: Transport = ({ endpoint, url, method, headers, body }) =>
  new Promise((resolve, reject) => {
    const request = httpsRequest(url, { method, headers, rejectUnauthorized: false }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      resolve({ status: response.statusCode ?? 0, headers: {}, body: Buffer.concat(chunks) })
    })
    request.on('error', (error: NodeJS.ErrnoException) => reject(networkError(endpoint, error.code)))
    request.end(body)
  })

/** For each check a transport that anybody could have written, and that breaks nothing else. */
export const broken: Readonly<Record<TransportCheckId, () => Transport>> = {
  'transport.body': () => (request, options) => {
    if (request.body === undefined) return good(request, options)
    return good({ ...request, body: new URLSearchParams(request.body).toString() }, options)
  },

  'transport.status': () => async (request, options) => {
    const response = await good(request, options)
    if (response.status >= 500) throw new TransportError(request.endpoint, { reason: 'reset', sent: 'maybe' })
    return response
  },

  'transport.redirect': () => fetchTransport((url, init) => fetch(url, { ...init, redirect: 'follow' })),

  'transport.retry': () => async (request, options) => {
    const response = await good(request, options)
    return response.headers['retry-after'] === undefined ? response : good(request, options)
  },

  'transport.headers': () => async (request, options) => {
    const response = await good(request, options)
    const headers = Object.entries(response.headers).map(([name, value]) => [
      name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
      value,
    ])
    return { ...response, headers: Object.fromEntries(headers) }
  },

  'transport.cookies': () => {
    let cookie: string | undefined
    return async (request, options) => {
      const response = await good({ ...request, headers: { ...request.headers, ...(cookie === undefined ? {} : { cookie }) } }, options)
      cookie = response.headers['set-cookie']?.split(';', 1)[0]
      return response
    }
  },

  'transport.failure': () => async (request, options) => {
    try {
      return await good(request, options)
    } catch (error) {
      if (error instanceof TransportError && error.reason === 'reset')
        throw new TransportError(request.endpoint, { reason: 'reset', sent: 'no' })
      throw error
    }
  },

  'transport.abort': () => (request) => good(request, {}),

  'transport.timeout': () => (request, options) => good({ ...request, timeoutMs: request.timeoutMs + 5_000 }, options),

  'transport.size': () => (request, options) => good({ ...request, maxBytes: request.maxBytes * 2 }, options),

  'transport.secrets': () => async (request, options) => {
    try {
      return await good(request, options)
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      const { reason, sent } = error
      throw new TransportError(request.endpoint, { reason, sent, cause: Object.assign(new Error('fetch failed'), { request }) })
    }
  },

  'transport.tls': () => (request, options) =>
    (request.url.startsWith('https:') && request.clientCertificate === undefined ? trusting : good)(request, options),

  'transport.certificate':
    () =>
    ({ clientCertificate: _unknown, ...request }, options) =>
      good(request, options),
}
