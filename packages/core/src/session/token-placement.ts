import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import type { Form } from '../http/form.js'
import { setQuery } from '../http/uri.js'
import type { ResourceRequest } from './resource-request.js'

/** Where a token goes on a request (RFC 6750 §2): the `Authorization` header, the query, or the body of a form. */
export type TokenPlacement = 'header' | 'query' | 'body'

/** Every placement there is. */
export const TOKEN_PLACEMENTS: readonly TokenPlacement[] = ['header', 'query', 'body']

/** How a token is put on a request. */
export interface PlacementOptions {
  readonly placement: TokenPlacement
  /** The name of the query or form parameter, where a server calls it something else than `access_token`. */
  readonly parameter?: string | undefined
  /** Where the request goes, if not to its own URL. */
  readonly url?: string | undefined
}

/** A request with its token on it: the headers are those to set on top of its own. */
export type PlacedToken = Pick<ResourceRequest, 'url' | 'headers' | 'form'>

/**
 * Puts a token where it is wanted. Sent again, the request already has one in its query or form: the new token takes its place.
 *
 * @throws {@link UsageError} for the body of a request that has no form.
 * @see RFC 6750 §2 https://www.rfc-editor.org/rfc/rfc6750#section-2
 */
export function placeToken(
  token: string,
  request: ResourceRequest,
  { placement, parameter = 'access_token', url = request.url }: PlacementOptions,
): PlacedToken {
  if (placement === 'header') return { url, headers: { authorization: `Bearer ${token}` } }
  if (placement === 'query') {
    // RFC 6750 §2.3: caches must not keep what such a request brings.
    return { url: setQuery(url, [[parameter, token]]), headers: { 'cache-control': 'no-store' } }
  }
  // Read only here: it may have to be taken apart first.
  const { method, form } = request
  if (form === undefined || method === 'GET' || method === 'HEAD') {
    throw new UsageError(
      explain &&
        'The option "tokenPlacement" is "body", and this request has no form (application/x-www-form-urlencoded) as its body: no other can carry a token (RFC 6750 §2.2). Send a form, or use "header".',
    )
  }
  const others: Form = form.filter(([name]) => name !== parameter)
  return { url, headers: {}, form: [...others, [parameter, token]] }
}
