import { describe, expect, it } from 'vitest'
import { isRegisteredError } from './authorization-response-error.js'

describe('error of an authorization response', () => {
  it.each([
    [
      'RFC 6749 §4.1.2.1',
      [
        'invalid_request',
        'unauthorized_client',
        'access_denied',
        'unsupported_response_type',
        'invalid_scope',
        'server_error',
        'temporarily_unavailable',
      ],
    ],
    [
      'OpenID Connect Core §3.1.2.6',
      [
        'interaction_required',
        'login_required',
        'account_selection_required',
        'consent_required',
        'invalid_request_uri',
        'invalid_request_object',
        'request_not_supported',
        'request_uri_not_supported',
        'registration_not_supported',
      ],
    ],
  ])('%s: its words are registered', (_clause, words) => {
    expect(words.filter((word) => !isRegisteredError(word))).toEqual([])
  })

  it.each(['', 'Access_Denied', 'access_denied ', 'call_0900_now', 'invalid_grant', 'toString', '0'])('%j is not', (word) => {
    expect(isRegisteredError(word)).toBe(false)
  })
})
