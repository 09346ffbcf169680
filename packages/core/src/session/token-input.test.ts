import { describe, expect, it } from 'vitest'
import { tokenInput } from './token-input.js'

const NOW = 1_700_000_000

function take(members: object) {
  return tokenInput(
    {
      access_token: 'a',
      ...members,
    },
    NOW,
  )
}

describe('a token that an application kept', () => {
  it.each([
    ['a number', NOW + 5, NOW + 5],
    ['a number with a fraction', NOW + 5.9, NOW + 5],
    ['digits', String(NOW + 5), NOW + 5],
    ['a time that is over', 1, 1],
    ['null', null, undefined],
    ['nothing', undefined, undefined],
  ])('S50: expires_at may be %s', (_name, given, expected) => {
    expect(take({ expires_at: given }).expires_at).toBe(expected)
  })

  it.each([
    ['ISO 8601', '2030-01-01T00:00:00Z', 'no whole number'],
    ['a Date', new Date(), 'type object'],
    ['NaN', Number.NaN, 'no number of that size'],
    ['infinite', Number.POSITIVE_INFINITY, 'no number of that size'],
    ['negative', -1, 'negative'],
    ['an object', { seconds: 1 }, 'type object'],
    ['a boolean', true, 'type boolean'],
    ['an empty text', '', 'no whole number'],
    ['milliseconds', NOW * 1000, 'in milliseconds'],
    ['milliseconds as digits', String(NOW * 1000), 'in milliseconds'],
  ])('S28/S50: an expires_at that is %s is refused, not read as something else', (_name, given, found) => {
    const attempt = () => take({ expires_at: given })
    expect(attempt).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: expect.stringContaining(found),
      }),
    )
    expect(attempt).toThrow('seconds since the epoch')
  })

  it.each(['soon', Number.NaN, -1, {}, '3600.5', 1e300])('C18: an expires_in of %j is refused', (given) => {
    expect(() => take({ expires_in: given })).toThrow(/"expires_in" that .*Give seconds/)
  })

  it.each(['refresh_token', 'id_token', 'scope'])('a "%s" that is no text is refused, and not shown', (name) => {
    const attempt = () => take({ [name]: ['canary'] })
    expect(attempt).toThrow(`"${name}" of type array`)
    expect(attempt).not.toThrow('canary')
    expect(() => take({ [name]: 7 })).toThrow(`"${name}" of type number`)
  })

  it.each([null, undefined, ''])('what a database has for nothing (%j) is nothing', (nothing) => {
    expect(
      take({
        refresh_token: nothing,
        id_token: nothing,
        scope: nothing,
        expires_in: nothing || undefined,
      }),
    ).toStrictEqual({
      access_token: 'a',
      token_type: 'Bearer',
    })
  })

  it.each(['canary a', 'canary\n', 'canaryé'])(
    'an access token that no header can hold is refused here, where it is not shown',
    (access_token) => {
      expect(() => take({ access_token })).toThrow('visible ASCII')
      expect(() => take({ access_token })).not.toThrow('canary')
    },
  )

  it('members that the standards do not know are kept as they are', () => {
    expect(take({ extra: null })).toMatchObject({ extra: null })
  })

  it.each([undefined, null, 'a', 7])('%j is no token, and that is said', (input) => {
    expect(() => tokenInput(input as never, NOW)).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: expect.stringContaining('not an object'),
      }),
    )
  })
})
