import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { type Form, formDecode, formGet } from '../http/form.js'

/** The whole URL the browser came back with, or its query; for `form_post` the form body. */
export type AuthorizationResponseInput = string | URL | URLSearchParams | Form

/** The parameters of an authorization response, from whatever the application has of it. A fragment is never part of a code's answer. */
export function responseParameters(response: AuthorizationResponseInput): Form {
  if (response instanceof URLSearchParams) return [...response]
  if (Array.isArray(response)) return response as Form
  if (typeof response !== 'string' && !(response instanceof URL)) {
    throw new UsageError(
      explain &&
        'The authorization response has to be the URL that the browser came back with, or for a form_post its pairs; it is something else.',
    )
  }
  const text = String(response)
  const query = text.includes('?') ? text.slice(text.indexOf('?') + 1) : text
  const form = formDecode(query.split('#', 1)[0] ?? '')
  if (formGet(form, 'code') === undefined && formGet(form, 'error') === undefined && !text.includes('=')) {
    throw new UsageError(
      explain && 'The authorization response has no parameters. Give the whole URL that the browser came back with, its query included.',
    )
  }
  return form
}
