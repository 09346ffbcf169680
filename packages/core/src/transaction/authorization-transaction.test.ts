import { expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { assertAuthorizationTransaction, assertInTime, isAuthorizationTransaction } from './authorization-transaction.js'

const good = {
  v: 1,
  type: 'authorization',
  id: 'id',
  issuer: 'https://as.example',
  token_endpoint: 'https://as.example/token',
  client_id: 'client',
  response_type: 'code',
  state: 'state',
  createdAt: 0,
}

test('a transaction is one, also after JSON and with members of a later version', () => {
  expect(isAuthorizationTransaction(JSON.parse(JSON.stringify({ ...good, later: true })))).toBe(true)
})

test('OpenID Connect Discovery §3: a server of nothing but the implicit grant has no token endpoint', () => {
  expect(isAuthorizationTransaction({ ...good, token_endpoint: '', response_type: 'id_token token' })).toBe(true)
})

test.each(
  [
    undefined,
    null,
    'text',
    [],
    {},
    { ...good, v: 2 },
    { ...good, type: 'device' },
    { ...good, createdAt: undefined },
    { ...good, createdAt: '0' },
    { ...good, createdAt: Number.NaN },
    ...['id', 'issuer', 'token_endpoint', 'client_id', 'response_type', 'state'].flatMap((name) => [
      { ...good, [name]: undefined },
      { ...good, [name]: 7 },
    ]),
    ...['id', 'issuer', 'client_id', 'response_type', 'state'].map((name) => ({ ...good, [name]: '' })),
  ].map((value) => [value]),
)('%j is none', async (value) => {
  expect(isAuthorizationTransaction(value)).toBe(false)
  expect(await thrown(() => assertAuthorizationTransaction(value))).toMatchObject({ code: 'OAUTH_USAGE' })
})

test('RFC 9700 §4.7.1: a login may take ten minutes, to the second', async () => {
  const transaction = { ...good, v: 1, type: 'authorization', createdAt: 1000 } as const
  expect(assertInTime(transaction, 1600)).toBeUndefined()
  expect(await thrown(() => assertInTime(transaction, 1600.1))).toMatchObject({
    code: 'OAUTH_TRANSACTION_EXPIRED',
    reference: 'RFC 9700 §4.7.1',
  })
})

test('the JSON of one has to be parsed, and the error says so', async () => {
  expect(await thrown(() => assertAuthorizationTransaction(JSON.stringify(good)))).toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining('JSON.parse'),
  })
})
