import type { RouteRequest } from '@oauth/core/routes'
import { RENEWAL_HEADER, readFailures } from './renewal-failures.js'
import { URL_HEADER } from './request-url.js'

/** What to look at where the proxy's header is missing. */
export const NO_PROXY =
  'proxy.ts (middleware.ts in Next 15) is not running for this page. It belongs beside app/, in src/ where that is there, exports `proxy` (`middleware`), and a `matcher` in it has to take the page in.'

/** Says why a page has no token to use that is due; `undefined` where the proxy has seen to it and nothing failed. */
export function whyUnkept({ headers }: Pick<RouteRequest, 'headers'>): string | undefined {
  const failures = readFailures(headers[RENEWAL_HEADER])
  if (failures !== undefined)
    return `The token needs to be renewed, and a page cannot keep the new one. The proxy has tried, which failed: ${failures}. It has printed why.`
  if (headers[URL_HEADER] !== undefined) return undefined
  return `The token needs to be renewed, and a page cannot keep the new one. The proxy would have done that before: ${NO_PROXY} Or keep sessions in a store, where pages can: option "store", such as redisStore(client).`
}
