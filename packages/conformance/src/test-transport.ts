import type { Transport } from '@oauth/core/adapter'
import { type RegisterTest, register, type SkippedChecks } from './check.js'
import { assertOptions } from './options.js'
import { abort } from './transport/abort.js'
import { body } from './transport/body.js'
import { certificate } from './transport/certificate.js'
import type { TransportCheck, TransportCheckId } from './transport/check.js'
import { cookies } from './transport/cookies.js'
import { failure } from './transport/failure.js'
import { headers } from './transport/headers.js'
import { redirect } from './transport/redirect.js'
import { retry } from './transport/retry.js'
import { secrets } from './transport/secrets.js'
import { size } from './transport/size.js'
import { status } from './transport/status.js'
import { timeout } from './transport/timeout.js'
import { tls } from './transport/tls.js'

const CHECKS: readonly TransportCheck[] = [
  body,
  status,
  redirect,
  retry,
  headers,
  cookies,
  failure,
  abort,
  timeout,
  size,
  secrets,
  tls,
  certificate,
]

/** Options of {@link testTransport}. */
export interface TransportTestOptions {
  /** Checks that cannot hold for this transport, with the reason, as in `{ 'transport.tls': 'the runtime has no TLS of its own' }`. */
  readonly skip?: SkippedChecks<TransportCheckId> | undefined
}

/**
 * Proves a transport: registers one test for each thing that `@oauth/core` relies on. Each gets a transport of its own and servers of its own,
 * on loopback.
 *
 * @example
 * import { testTransport } from '@oauth/conformance'
 * import { it } from 'vitest'
 * import { myTransport } from '../src/index.js'
 *
 * testTransport(it, () => myTransport())
 */
export function testTransport(
  test: RegisterTest,
  createTransport: () => Transport | Promise<Transport>,
  options: TransportTestOptions = {},
): void {
  assertOptions(options, ['skip'], 'testTransport')
  const { skip } = options
  register(test, CHECKS, { create: () => created(createTransport), skip })
}

/** A transport in the place of the function that makes one is called without a request, and fails at something of its own. */
async function created(createTransport: () => unknown): Promise<Transport> {
  const advice = 'Give a function that makes a transport: testTransport(test, () => myTransport()).'
  let transport: unknown
  try {
    transport = await createTransport()
  } catch (cause) {
    throw new TypeError(`testTransport: the function that makes a transport failed, or is the transport itself. ${advice}`, { cause })
  }
  if (typeof transport !== 'function') {
    throw new TypeError(`testTransport: what was made is no transport, which is a function, but of type ${typeof transport}. ${advice}`)
  }
  return transport as Transport
}
