import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type AnyOAuthError, isOAuthError } from './any-oauth-error.js'
import { AuthorizationResponseError } from './authorization-response-error.js'
import { ChallengeError } from './challenge-error.js'
import { EndpointError } from './endpoint-error.js'
import { PersistError } from './persist-error.js'
import { ProtocolError } from './protocol-error.js'
import { RefreshError } from './refresh-error.js'
import { ResponseError } from './response-error.js'
import { StoreError } from './store-error.js'
import { TransportError } from './transport-error.js'
import { UsageError } from './usage-error.js'

const cause = new Error('why')

const ERRORS: readonly [AnyOAuthError, string, string][] = [
  [new UsageError('no'), 'UsageError', 'OAUTH_USAGE'],
  [new UsageError('no', { code: 'OAUTH_MISSING_TOKEN' }), 'UsageError', 'OAUTH_MISSING_TOKEN'],
  [new ProtocolError('OAUTH_NO_CODE', 'no', { reference: 'RFC 6749 §4.1.2' }), 'ProtocolError', 'OAUTH_NO_CODE'],
  [new AuthorizationResponseError({ error: 'access_denied' }), 'AuthorizationResponseError', 'OAUTH_AUTHORIZATION_RESPONSE'],
  [new EndpointError({ endpoint: 'token', status: 400, error: 'invalid_grant' }), 'EndpointError', 'OAUTH_ENDPOINT_ERROR'],
  [new ChallengeError('userinfo', 401, []), 'ChallengeError', 'OAUTH_CHALLENGE'],
  [new ResponseError('OAUTH_RESPONSE_JSON', 'no', { endpoint: 'token', status: 200 }), 'ResponseError', 'OAUTH_RESPONSE_JSON'],
  [new TransportError('token', { reason: 'too_large', sent: 'maybe' }), 'TransportError', 'OAUTH_TOO_LARGE'],
  [new RefreshError({ kind: 'terminal', reason: 'invalid_grant' }), 'RefreshError', 'OAUTH_REFRESH_TERMINAL'],
  [new RefreshError({ kind: 'transient', retryAt: 5 }), 'RefreshError', 'OAUTH_REFRESH_TRANSIENT'],
  [new PersistError({}), 'PersistError', 'OAUTH_PERSIST'],
  [new StoreError('read'), 'StoreError', 'OAUTH_STORE'],
]

describe('S74, C10: one tree of errors', () => {
  test.each(ERRORS)('%s', (error, name, code) => {
    expect(error).toBeInstanceOf(Error)
    expect(isOAuthError(error)).toBe(true)
    expect({ name: error.name, code: error.code }).toEqual({ name, code })
    expect(error.message).toMatch(/\S/)
  })

  test('an error of another copy of the library is recognised by its brand', () => {
    const foreign = Object.defineProperty(new Error('elsewhere'), Symbol.for('@oauth/error'), { value: true })
    expect(isOAuthError(foreign)).toBe(true)
  })

  test.each([undefined, null, 'error', new Error('plain'), { code: 'OAUTH_USAGE' }])('%j is none', (value) => {
    expect(isOAuthError(value)).toBe(false)
  })

  test('the brand does not show when an error is printed or copied', () => {
    expect(Object.keys(new StoreError('read')).sort()).toEqual(['code', 'name'])
    expect(inspect(new StoreError('read'))).not.toContain('@oauth/error')
  })
})

test('a cause is kept when given, and no member is there when not', () => {
  expect(new StoreError('write', { cause }).cause).toBe(cause)
  expect('cause' in new StoreError('write')).toBe(false)
})

test('a ProtocolError names the clause in its message and as a member', () => {
  const error = new ProtocolError('OAUTH_ISS_MISSING', 'Refused', { reference: 'RFC 9207 §2.4' })
  expect(error.message).toBe('Refused (RFC 9207 §2.4)')
  expect(error.reference).toBe('RFC 9207 §2.4')
})

test('a ChallengeError takes the error of the first challenge that has one', () => {
  const challenges = [
    { scheme: 'dpop', parameters: { algs: 'ES256' } },
    { scheme: 'bearer', parameters: { error: 'invalid_token' } },
  ]
  expect(new ChallengeError('userinfo', 401, challenges)).toMatchObject({ error: 'invalid_token', challenges })
  expect(new ChallengeError('userinfo', 401, challenges).message).toContain('"invalid_token"')
})

test('LG01: a PersistError hands out the tokens, but does not print them', () => {
  const error = new PersistError({ access_token: 'canary-access' }, { cause })
  expect(error.token).toEqual({ access_token: 'canary-access' })
  expect(inspect(error, { depth: null }) + JSON.stringify(error)).not.toContain('canary')
})
