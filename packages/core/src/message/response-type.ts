import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'

/**
 * What an authorization server is asked to send back with the browser. The words may stand in any order, and are sent as they stand.
 *
 * @see OAuth 2.0 Multiple Response Types §3, §5 https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html
 */
export type ResponseType =
  | 'code'
  | 'token'
  | 'id_token'
  | 'id_token token'
  | 'code id_token'
  | 'code token'
  | 'code id_token token'
  | (string & {})

/** How it is sent back: in the URL's query or fragment, or as a form that the browser posts. */
export type ResponseMode = 'query' | 'fragment' | 'form_post'

const WORDS: readonly string[] = ['code', 'id_token', 'token']
const MODES: readonly string[] = ['query', 'fragment', 'form_post']

/** Tells whether a response type promises a code, an ID token, or an access token. */
export function promises(responseType: string, what: 'code' | 'id_token' | 'token'): boolean {
  return responseType.split(' ').includes(what)
}

/**
 * @throws {@link UsageError} for a response type or mode that is not offered, `none` among them, and for tokens in a query: servers and proxies
 * write that into their logs.
 */
export function assertResponseType(responseType: string, responseMode: string | undefined): void {
  const words = String(responseType).split(' ')
  if (new Set(words).size < words.length || words.some((word) => !WORDS.includes(word))) {
    throw new UsageError(
      explain &&
        `Authorization request: response type "${responseType}" is not offered. Use "code", or a combination of: ${WORDS.join(', ')}.`,
    )
  }
  if (responseMode === undefined) return
  if (!MODES.includes(responseMode)) {
    throw new UsageError(
      explain && `Authorization request: response mode "${responseMode}" is not offered. Use one of: ${MODES.join(', ')}.`,
    )
  }
  if (responseMode === 'query' && responseType !== 'code') {
    throw new UsageError(
      explain &&
        `Authorization request: response type "${responseType}" brings tokens, which must not be in a query (OAuth 2.0 Multiple Response Types §5). Use the response mode "fragment" or "form_post".`,
    )
  }
}
