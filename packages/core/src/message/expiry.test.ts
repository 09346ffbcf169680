import { expect, test } from 'vitest'
import { NOW } from '../../test/environment.js'
import { expiresAt, isExpired, MAX_LIFETIME, wholeSeconds } from './expiry.js'

test.each([
  [0, 0],
  [3600, 3600],
  ['3600', 3600],
  [12.7, 12],
  ['0', 0],
  [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
])('S28: %j is %d seconds', (value, seconds) => {
  expect(wholeSeconds(value)).toBe(seconds)
})

test.each(
  [
    -1,
    '-1',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e308,
    '1e308',
    1e16,
    '3600.5',
    'abc',
    '',
    ' 5',
    '5 ',
    '0x10',
    '9'.repeat(16),
    null,
    undefined,
    true,
    {},
    [],
    [5],
  ].map((value) => [value]),
)('TR10, C18: %j is no number of seconds', (value) => {
  expect(wholeSeconds(value)).toBeUndefined()
})

test.each([
  [{ expires_at: NOW + 5, expires_in: 60 }, NOW + 5],
  [{ expires_at: String(NOW + 5) }, NOW + 5],
  [{ expires_at: 'garbage', expires_in: 60 }, NOW + 60],
  [{ expires_at: null, expires_in: '60' }, NOW + 60],
  [{ expires_at: 'garbage' }, undefined],
  [{ expires_in: 0 }, NOW],
  [{ expires_at: 0 }, 0],
  [{}, undefined],
])('S28: %j expires at %j', (token, expected) => {
  expect(expiresAt(token, NOW)).toBe(expected)
})

test('S28: the moment of expiry is a whole second', () => {
  expect(expiresAt({ expires_in: 60 }, NOW + 0.9)).toBe(NOW + 60)
})

test.each([{ expires_in: Number.MAX_SAFE_INTEGER }, { expires_at: Number.MAX_SAFE_INTEGER }])(
  'TR10: %j is cut to a date that exists',
  (token) => {
    const at = expiresAt(token, NOW) ?? 0
    expect(at).toBe(NOW + MAX_LIFETIME)
    expect(Number.isNaN(new Date(at * 1000).getTime())).toBe(false)
  },
)

test.each([
  [undefined, 60, false],
  [0, 0, true],
  [NOW, 0, false],
  [NOW - 1, 0, true],
  [NOW + 59, 60, true],
  [NOW + 60, 60, false],
  [NOW + 62, 60, false],
])('S29, S58: expires_at %j with a leeway of %d is expired: %s', (expires_at, leeway, expected) => {
  expect(isExpired({ expires_at }, NOW, leeway)).toBe(expected)
})
