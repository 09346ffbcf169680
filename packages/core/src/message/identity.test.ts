import { describe, expect, test } from 'vitest'
import { CLAIMS, ISSUER } from '../../test/parties.js'
import { identity, verifiedEmail } from './identity.js'

describe('ID28: identity is issuer and subject', () => {
  test('whatever the email address', () => {
    expect(identity({ ...CLAIMS, email: 'a@b.example' } as object)).toBe(`${ISSUER}#alice`)
    const others = [
      { ...CLAIMS, sub: 'mallory' },
      { ...CLAIMS, iss: 'https://evil.example' },
    ].map((claims) => identity({ ...claims, email: 'a@b.example' } as object))
    expect(new Set([identity(CLAIMS), ...others]).size).toBe(3)
  })

  test.each([{}, { sub: 'alice' }, { iss: ISSUER }, { iss: ISSUER, sub: '' }, { iss: ISSUER, sub: 7 }])('%j is nobody', (claims) => {
    expect(() => identity(claims)).toThrow(/"iss".*"sub"/)
  })
})

describe('ID28: an email address that may be written to', () => {
  test.each(['a@b.example', "o'neil+tag@mail.b.example", 'a@localhost'])('%j', (email) => {
    expect(verifiedEmail({ email, email_verified: true })).toBe(email)
  })

  test.each([
    'a@x@y',
    'a＠b.example',
    '@b.example',
    'a@',
    'a b@c.example',
    'a@b.example\r\nbcc: x@y.example',
    'a@b.example\n',
    '"a"@b.example',
    'а@b.example',
    'a@bücher.example',
    'a@b..example',
    `a@${'b'.repeat(300)}.example`,
    '',
    7,
    undefined,
    ['a@b.example'],
  ])('%j is refused', (email) => {
    expect(verifiedEmail({ email, email_verified: true })).toBeUndefined()
  })

  test.each([false, 'true', 1, null, undefined])('email_verified %j is not verified', (email_verified) => {
    expect(verifiedEmail({ email: 'a@b.example', email_verified })).toBeUndefined()
  })
})
