import { type HttpClient, UsageError } from '@oauth/core/adapter'
import got, { type Got } from 'got'
import { authorisedGot } from './authorised-got.js'
import { gotTransport } from './got-transport.js'

/**
 * got as the HTTP client of sessions and frameworks: `oauth({ http: gotClient(got) })`.
 *
 * @throws {@link UsageError} for what is no got instance.
 */
export function gotClient(instance: Got = got): HttpClient<Got> {
  if (typeof instance !== 'function' || instance.defaults?.options === undefined) {
    throw new UsageError('The HTTP client is no got instance. Give got itself, or what got.extend returned.')
  }
  const { prefixUrl } = instance.defaults.options
  return {
    transport: gotTransport(instance),
    baseUrl: String(prefixUrl) || undefined,
    authorised: (authoriser) => authorisedGot(instance, authoriser),
  }
}
