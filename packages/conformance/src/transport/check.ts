import type { Transport } from '@oauth/core/adapter'
import type { Check } from '../check.js'

/** What is required of a transport, by name. */
export type TransportCheckId =
  | 'transport.body'
  | 'transport.status'
  | 'transport.redirect'
  | 'transport.retry'
  | 'transport.headers'
  | 'transport.cookies'
  | 'transport.failure'
  | 'transport.abort'
  | 'transport.timeout'
  | 'transport.size'
  | 'transport.secrets'
  | 'transport.tls'
  | 'transport.certificate'

/** A check of a transport. */
export type TransportCheck = Check<Transport, TransportCheckId>
