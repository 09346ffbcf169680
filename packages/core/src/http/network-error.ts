import type { TransportReason } from '../error/error-code.js'
import { type FailedRequest, TransportError } from '../error/transport-error.js'

/** Error codes of Node, Deno, Bun and undici, and whether the request can have reached the server. */
const REASONS: Readonly<Record<string, readonly [TransportReason, 'no' | 'maybe']>> = {
  ENOTFOUND: ['dns', 'no'],
  EAI_AGAIN: ['dns', 'no'],
  ECONNREFUSED: ['refused', 'no'],
  // Not a code of anybody's: what `fetch` says of ports that it never connects to has none.
  BAD_PORT: ['refused', 'no'],
  EHOSTUNREACH: ['refused', 'no'],
  ENETUNREACH: ['refused', 'no'],
  ConnectionRefused: ['refused', 'no'],
  ETIMEDOUT: ['timeout', 'maybe'],
  UND_ERR_CONNECT_TIMEOUT: ['timeout', 'no'],
  UND_ERR_HEADERS_TIMEOUT: ['timeout', 'maybe'],
  UND_ERR_BODY_TIMEOUT: ['timeout', 'maybe'],
}

/** Certificates and handshakes: nothing of the request is sent before they are settled. */
const TLS = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_|EPROTO/

/**
 * Turns the `code` of a failed connection into a {@link TransportError}. For transports: the client's own error must not become the cause,
 * since it often holds the request. A code that is not known counts as a broken connection.
 */
export function networkError(request: FailedRequest | string, code: unknown): TransportError {
  const word = typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : undefined
  const known = word !== undefined && Object.hasOwn(REASONS, word) ? REASONS[word] : undefined
  const [reason, sent] = known ?? (word !== undefined && TLS.test(word) ? (['tls', 'no'] as const) : (['reset', 'maybe'] as const))
  return new TransportError(request, {
    reason,
    sent,
    ...(word === undefined ? {} : { cause: Object.assign(new Error(word), { code: word }) }),
  })
}
