import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { type Form, formDecode, formGet } from '../http/form.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { refuseAnswer } from './authorization-response.js'
import { type AuthorizationResponseInput, responseParameters } from './response-parameters.js'

/** What an answer brings, wherever it is. */
const GAINS = ['code', 'access_token', 'id_token'] as const

/**
 * The parameters of an answer, from the place where it was asked to be: the query or the fragment of a URL, or the form of a `form_post`. Pairs,
 * and a text that is nothing but parameters, are taken to come from there. A fragment without an answer (`#_=_`) does no harm to one in the query, and
 * an error alone is taken from where it is.
 *
 * @throws {@link ProtocolError} `OAUTH_MODE_MISMATCH` for an answer that brings something, or a part of one, in another place: what reads that place would see another answer.
 * @throws {@link UsageError} for what is no answer at all.
 * @see OAuth 2.0 Multiple Response Types §2.1 https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes
 */
export function frontChannelParameters(
  response: AuthorizationResponseInput,
  { response_type, response_mode }: Pick<AuthorizationTransaction, 'response_type' | 'response_mode'>,
): Form {
  if (typeof response !== 'string' && !(response instanceof URL)) return responseParameters(response)
  const mode = response_mode ?? (response_type === 'code' ? 'query' : 'fragment')
  const text = String(response)
  const [before = '', ...after] = text.split('#')
  const fragment = formDecode(after.join('#'))
  if (isBare(text)) {
    if (hasAnswer(fragment)) refuseMode('the fragment', mode)
    return formDecode(before)
  }
  const query = formDecode(before.includes('?') ? before.slice(before.indexOf('?') + 1) : '')
  const answer = mode === 'query' ? query : mode === 'fragment' ? fragment : []
  const elsewhere = [query, fragment].filter((form) => form !== answer && hasAnswer(form))
  const [astray] = elsewhere
  if (astray !== undefined) {
    if (elsewhere.length > 1 || hasAnswer(answer) || !isError(astray)) refuseMode(astray === query ? 'the query' : 'the fragment', mode)
    return astray
  }
  if (answer.length === 0) {
    throw new UsageError(
      explain &&
        (mode === 'form_post'
          ? 'The authorization response comes by form_post: give the pairs of the form that the browser posted, not the URL.'
          : `The authorization response has no ${mode}. Give the whole URL that the browser came back with${mode === 'fragment' ? ': location.href in the page, since browsers keep the fragment to themselves' : ', its query included'}.`),
    )
  }
  return answer
}

/** Tells whether a text is parameters alone: `state=…&code=…`. */
function isBare(text: string): boolean {
  return /^[^/?#:]*=/.test(text)
}

function hasAnswer(form: Form): boolean {
  return [...GAINS, 'error'].some((name) => formGet(form, name) !== undefined)
}

/** An error and nothing else: a server that does not know the response type, or the client, need not know the place either (RFC 6749 §4.1.2.1). */
function isError(form: Form): boolean {
  return GAINS.every((name) => formGet(form, name) === undefined)
}

function refuseMode(place: string, mode: string): never {
  refuseAnswer(
    'OAUTH_MODE_MISMATCH',
    explain &&
      `it is in ${place} of the URL, but was asked for by ${mode}. If another response type was asked for, keep the whole transaction, or name the type beside the pieces: responseType`,
    'OAuth 2.0 Multiple Response Types §2.1',
  )
}
