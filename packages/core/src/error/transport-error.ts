import type { TransportErrorCode, TransportReason } from './error-code.js'
import { explain } from './explain.js'
import { OAuthError, type OAuthErrorOptions } from './oauth-error.js'

/** What a transport knows of a request that brought no answer. */
export interface TransportErrorOptions extends OAuthErrorOptions {
  readonly reason: TransportReason
  /** `'no'` only when it is certain that no byte of the request reached the server; the sole ground on which a refresh is repeated. */
  readonly sent: 'no' | 'maybe'
}

/** The request that failed, as far as an error may tell of it. Of `url` only scheme, host and port are kept. */
export interface FailedRequest {
  readonly endpoint: string
  readonly url: string
}

const EXPLANATIONS: Readonly<Record<TransportReason, string>> | undefined = explain
  ? {
      dns: 'the host name could not be resolved',
      refused: 'the connection was refused',
      reset: 'the connection broke before the answer was complete',
      tls: 'the TLS connection could not be made or its certificate is not trusted',
      timeout: 'no complete answer arrived in time',
      redirect: 'the server answered with a redirect, which is never followed: credentials could reach another server',
      too_large: 'the answer is larger than allowed',
      aborted: 'the caller aborted it',
      blocked: 'the host has an address that is not public, and this client connects to public ones alone',
    }
  : undefined

/**
 * A request brought no usable answer. The only error a `Transport` may reject with once it has begun to send.
 *
 * `cause` is a plain copy of name, code and syscall: HTTP clients' own errors print the request with its secrets.
 */
export class TransportError extends OAuthError {
  override readonly name = 'TransportError'
  readonly code: TransportErrorCode
  readonly reason: TransportReason
  readonly sent: 'no' | 'maybe'
  readonly endpoint: string
  /** Where the request went, such as `https://as.example:8443`. Never path or query, which can hold secrets. */
  readonly origin: string | undefined

  /** @param request the request, so that the message says which server could not be reached; or its `endpoint` alone. */
  constructor(request: FailedRequest | string, { reason, sent, ...options }: TransportErrorOptions) {
    const { endpoint, url } = typeof request === 'string' ? { endpoint: request, url: '' } : request
    const origin = originOf(url)
    super(
      explain
        ? `The request to the ${endpoint} endpoint${origin === undefined ? '' : ` at ${origin}`} failed: ${EXPLANATIONS?.[reason]}.${endpoint === 'discovery' && reason === 'redirect' ? ' Is "issuer" right? A server without metadata is given as "server".' : ''}`
        : `${reason}: ${endpoint}, ${origin}`,
      options,
    )
    this.code = `OAUTH_${reason.toUpperCase() as Uppercase<TransportReason>}`
    this.reason = reason
    this.sent = sent
    this.endpoint = endpoint
    this.origin = origin
  }
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined
}
