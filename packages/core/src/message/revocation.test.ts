import { expect, test } from 'vitest'
import { answer, json, thrown } from '../../test/answers.js'
import { formRequest } from '../http/http-request.js'
import { revocationResponse } from './revocation.js'

const request = formRequest('revocation', 'https://as.example/revoke', [['token', 'T']])

test.each([200, 204])('RFC 7009 §2.2: %d is success, whatever the body', (status) => {
  expect(revocationResponse(answer(status, 'whatever'), request)).toBeUndefined()
})

test.each([
  [json({ error: 'unsupported_token_type' }, 400), { name: 'EndpointError', error: 'unsupported_token_type', endpoint: 'revocation' }],
  [answer(503), { name: 'ResponseError', status: 503 }],
  [answer(302, '', { location: 'https://evil.example' }), { code: 'OAUTH_REDIRECT' }],
])('S59, C15: a failure is read, not handed on raw: %#', async (response, expected) => {
  expect(await thrown(() => revocationResponse(response, request))).toMatchObject(expected)
})
