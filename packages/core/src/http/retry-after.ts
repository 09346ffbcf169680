import type { HttpResponse } from './http-response.js'

/**
 * Seconds that a server asks to be left alone for; `undefined` where it says nothing that can be read. A date is compared with the answer's
 * own `Date`, so that it does not matter how this machine's clock stands.
 *
 * @see RFC 9110 §10.2.3 https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfter({ headers }: Pick<HttpResponse, 'headers'>): number | undefined {
  const value = headers['retry-after']
  if (value === undefined) return undefined
  if (/^\d{1,10}$/.test(value)) return Number(value)
  // biome-ignore lint/style/noRestrictedGlobals: reading a date asks no clock
  const { parse } = Date
  const seconds = (parse(value) - parse(headers['date'] ?? '')) / 1000
  return seconds >= 0 ? seconds : undefined
}
