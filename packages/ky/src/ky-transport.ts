import type { Transport } from '@oauth/core/adapter'
import { fetchTransport } from '@oauth/core/fetch'
import ky, { isNetworkError, type KyInstance, type Options, replaceOption } from 'ky'
import { assertKy, defaultsOf } from './ky-instance.js'

/**
 * Sends the core's own requests with a ky instance: its `fetch`, its `user-agent`, and options that are `fetch`'s own, such as `dispatcher`,
 * apply; its other headers, hooks, retries, timeouts, search parameters and base URL do not: they are meant for an API.
 *
 * @throws {@link UsageError} for what is no ky instance.
 */
export function kyTransport(instance: KyInstance = ky): Transport {
  assertKy(instance)
  const userAgent = userAgentOf(instance)
  const own = userAgent ? { 'user-agent': userAgent } : {}
  return fetchTransport(async (url, { headers, signal, ...init } = {}) => {
    const sent = { ...own, ...Object.fromEntries(new Headers(headers)) }
    try {
      return await instance(String(url), { ...OWN, ...init, headers: replaceOption(sent), signal: replaceOption(signal ?? null) })
    } catch (error) {
      // Why it failed is known to what ky wraps.
      throw isNetworkError(error) ? error.cause : error
    }
  })
}

/** What an instance's headers call the application. A header of an instance may be `undefined`, which `Headers` would take for a text. */
function userAgentOf(instance: KyInstance): string | null | undefined {
  const { headers = {} } = defaultsOf(instance)
  if (headers instanceof Headers || Array.isArray(headers)) return new Headers(headers).get('user-agent')
  return Object.entries(headers).findLast(([name]) => name.toLowerCase() === 'user-agent')?.[1]
}

/** What an instance's defaults may not change in a request that carries credentials. */
const OWN: Options = {
  prefix: '',
  baseUrl: '',
  throwHttpErrors: false,
  retry: 0,
  timeout: false,
  totalTimeout: false,
  // The authorisation is a hook too, if the instance is another session's.
  hooks: replaceOption({
    init: [
      (options) => {
        for (const name of NOT_OURS) delete options[name]
      },
    ],
  }),
}

/** These have no value that switches them off. */
const NOT_OURS = ['searchParams', 'json', 'mode', 'onUploadProgress', 'onDownloadProgress', 'oauth'] as const
