import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { networkError } from './network-error.js'

test.each([
  ['ENOTFOUND', 'dns', 'no'],
  ['EAI_AGAIN', 'dns', 'no'],
  ['ECONNREFUSED', 'refused', 'no'],
  ['ConnectionRefused', 'refused', 'no'],
  ['CERT_HAS_EXPIRED', 'tls', 'no'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', 'no'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'no'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls', 'no'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout', 'no'],
  ['ETIMEDOUT', 'timeout', 'maybe'],
  ['UND_ERR_BODY_TIMEOUT', 'timeout', 'maybe'],
  ['ECONNRESET', 'reset', 'maybe'],
  ['EPIPE', 'reset', 'maybe'],
  ['toString', 'reset', 'maybe'],
  [undefined, 'reset', 'maybe'],
  [42, 'reset', 'maybe'],
])('F01–F05: %j is "%s", sent "%s"', (code, reason, sent) => {
  expect(networkError('token', code)).toMatchObject({
    name: 'TransportError',
    endpoint: 'token',
    reason,
    sent,
    code: `OAUTH_${reason.toUpperCase()}`,
  })
})

test('F02, LG06: the message says which server was asked, and neither path nor query nor user', () => {
  const request = { endpoint: 'token', url: 'https://user:canary@as.example:8443/canary/token?code=canary' }
  const error = networkError(request, 'ECONNREFUSED')
  expect(error).toMatchObject({
    endpoint: 'token',
    origin: 'https://as.example:8443',
    message: 'The request to the token endpoint at https://as.example:8443 failed: the connection was refused.',
  })
  expect(inspect(error, { depth: null })).not.toContain('canary')
})

test('without a URL the message names the endpoint alone', () => {
  for (const request of ['token', { endpoint: 'token', url: '/relative' }]) {
    expect(networkError(request, 'ECONNREFUSED')).toMatchObject({
      origin: undefined,
      message: 'The request to the token endpoint failed: the connection was refused.',
    })
  }
})

test('the cause is a plain copy of the code', () => {
  const { cause } = networkError('token', 'ECONNRESET')
  expect(cause).toMatchObject({ message: 'ECONNRESET', code: 'ECONNRESET' })
  expect(Object.keys(cause as object)).toEqual(['code'])
})

test('LG02: a code that is no code is not repeated', () => {
  const error = networkError('token', 'failed for https://as.example/?code=canary')
  expect(error.cause).toBeUndefined()
  expect(inspect(error, { depth: null })).not.toContain('canary')
})
