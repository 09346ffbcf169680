import type { HttpClient, ResourceOptions } from '@oauth/core/adapter'
import ky, { type KyInstance } from 'ky'
import { authorisedKy } from './authorised-ky.js'
import { assertKy, defaultsOf } from './ky-instance.js'
import { kyTransport } from './ky-transport.js'

// Here, and not where it is read: the declarations of the package have to reach it.
declare module 'ky' {
  interface Options {
    /** What one call wants different of the session's authorisation. It does not reach `fetch`. */
    oauth?: ResourceOptions | undefined
  }
}

/**
 * ky as the HTTP client of sessions and frameworks: `oauth({ http: kyClient(ky) })`.
 *
 * @throws {@link UsageError} for what is no ky instance.
 */
export function kyClient(instance: KyInstance = ky): HttpClient<KyInstance> {
  assertKy(instance)
  return {
    transport: kyTransport(instance),
    baseUrl: baseUrlOf(instance),
    authorised: (authoriser) => authorisedKy(instance, authoriser),
  }
}

/** Where the instance's relative calls go, put together as ky does it; `undefined` where each call says it. */
function baseUrlOf(instance: KyInstance): string | undefined {
  const { prefix, baseUrl } = defaultsOf(instance)
  const base = baseUrl ? absolute(baseUrl) : undefined
  return prefix ? absolute(prefix, base) : base
}

/** A relative address is one on the page, where there is a page; else `undefined`. */
function absolute(url: string | URL, base?: string): string | undefined {
  if (URL.canParse(url, base)) return new URL(url, base).href
  try {
    return new Request(url).url
  } catch {
    return undefined
  }
}
