import { expect, test } from 'vitest'
import { server } from '../../test/parties.js'
import { startTransaction } from './start-transaction.js'

test('RFC 9700 §4.4.2: a transaction is bound to server, token endpoint and client, and the same before and after JSON', () => {
  const transaction = startTransaction(
    server,
    { client_id: 'client' },
    { state: 'a-state-of-some-length', now: 12.7, nonce: 'n', scope: undefined },
  )
  expect(transaction).toStrictEqual({
    v: 1,
    type: 'authorization',
    id: 'a-state-of-some-',
    issuer: 'https://as.example',
    token_endpoint: 'https://as.example/token',
    client_id: 'client',
    response_type: 'code',
    state: 'a-state-of-some-length',
    createdAt: 12,
    nonce: 'n',
  })
  expect(JSON.parse(JSON.stringify(transaction))).toStrictEqual(transaction)
})
