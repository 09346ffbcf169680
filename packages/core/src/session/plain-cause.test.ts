import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { plainCause } from './plain-cause.js'

const token = { access_token: 'short', refresh_token: 'r e\u0301', id_token: 'eyJhbGciOiJub25lIn0.e30.AAAA', token_type: 'Bearer' }

describe('LG01: the cause of a store error', () => {
  it('keeps name, message, code and stack', () => {
    class DatabaseError extends Error {
      override readonly name = 'DatabaseError'
      readonly code = '42P01'
    }
    const error = new DatabaseError('relation "application_oauth_tokens" does not exist at /srv/app/database/pool.js:12, host db1.internal')
    const cause = plainCause(error)
    expect(cause).toMatchObject({ name: 'DatabaseError', code: '42P01', message: error.message })
    expect(cause.stack).toContain('plain-cause.test')
  })

  it.each([
    ['a token that was to be written, however short', `value too long: {"access_token":"short"}`, 'short'],
    ['one with characters beyond ASCII', 'bad value r e\u0301', 'e\u0301'],
    ['a token of a record that was read', `Unexpected token in JSON: {"refresh_token":"v1.MjAyNi1yZWZyZXNoLXRva2Vu"}`, 'MjAy'],
    ['a token split by base64', 'near AbCdEfGhIjKlMnOpQrSt1+/AbCdEfGhIjKlMnOpQrStU2==', 'OpQr'],
  ])('cuts out %s', (_what, message, secret) => {
    const cause = plainCause(new Error(message), token)
    expect(inspect(cause, { depth: null, showHidden: true })).not.toContain(secret)
    expect(cause.message).toContain('[redacted]')
  })

  it('hangs on to nothing else', () => {
    const error = Object.assign(new Error('disk full', { cause: new Error('canary-cause') }), { command: ['SET', 'canary-command'] })
    expect(inspect(plainCause(error), { depth: null, showHidden: true })).not.toContain('canary')
  })

  it('takes a long text in linear time', () => {
    expect(plainCause(new Error('a'.repeat(1_000_000))).message.length).toBeLessThanOrEqual(1000)
  })

  it('says so when something else was thrown', () => {
    expect(plainCause('short')).toMatchObject({ message: 'no Error was thrown' })
  })
})
