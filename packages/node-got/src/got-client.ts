import type { HttpClient } from '@oauth/core/adapter'
import got, { type Got } from 'got'
import { authorisedGot } from './authorised-got.js'
import { assertGot } from './got-instance.js'
import { gotTransport } from './got-transport.js'

/**
 * got as the HTTP client of sessions and frameworks: `oauth({ http: gotClient(got) })`.
 *
 * @throws {@link UsageError} for what is no got instance.
 */
export function gotClient(instance: Got = got): HttpClient<Got> {
  assertGot(instance)
  const { prefixUrl } = instance.defaults.options
  return {
    transport: gotTransport(instance),
    baseUrl: String(prefixUrl) || undefined,
    authorised: (authoriser) => authorisedGot(instance, authoriser),
  }
}
