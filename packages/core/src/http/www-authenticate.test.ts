import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseChallenges } from './www-authenticate.js'

test.each([
  [undefined, []],
  ['', []],
  ['Bearer', [['bearer', {}]]],
  ['BEARER realm="example"', [['bearer', { realm: 'example' }]]],
  [
    'Bearer realm="example", error="invalid_token", error_description="expired"',
    [['bearer', { realm: 'example', error: 'invalid_token', error_description: 'expired' }]],
  ],
  ['Bearer error=invalid_token,scope="a b"', [['bearer', { error: 'invalid_token', scope: 'a b' }]]],
  ['DPoP algs="ES256 PS256", error="use_dpop_nonce"', [['dpop', { algs: 'ES256 PS256', error: 'use_dpop_nonce' }]]],
  ['Negotiate YWJj==', [['negotiate', {}]]],
  [
    'Negotiate YWJj==, Bearer error="invalid_token"',
    [
      ['negotiate', {}],
      ['bearer', { error: 'invalid_token' }],
    ],
  ],
  [
    'Basic realm="a, Bearer error=\\"x\\"", Bearer',
    [
      ['basic', { realm: 'a, Bearer error="x"' }],
      ['bearer', {}],
    ],
  ],
  ['Bearer Error="first", error="second"', [['bearer', { error: 'first' }]]],
  ['Bearer __proto__="x"', [['bearer', { ['__proto__']: 'x' }]]],
  [', ,Bearer  realm = "spaced"', [['bearer', { realm: 'spaced' }]]],
] as const)('RFC 9110 §11.6.1: %j', (header, expected) => {
  expect(parseChallenges(header).map(({ scheme, parameters }) => [scheme, { ...parameters }])).toEqual(expected)
})

test('RFC 9110 §11.6.1: the example of two challenges in one header', () => {
  const header = 'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"'
  expect(parseChallenges(header)).toEqual([
    { scheme: 'newauth', parameters: { realm: 'apps', type: '1', title: 'Login to "apps"' } },
    { scheme: 'basic', parameters: { realm: 'simple' } },
  ])
})

test.each(['realm="no scheme"', '"', '=', 'error="unterminated', '@@@', '\u0000'])(
  'a header without a scheme, %j, has no usable challenge',
  (header) => {
    expect(parseChallenges(header).flatMap(({ parameters }) => Object.keys(parameters))).toEqual([])
  },
)

test('SC04: the scheme is recognised in any case (RFC 9110 §11.1)', () => {
  expect(parseChallenges('dPoP error="use_dpop_nonce", BEARER')).toEqual([
    { scheme: 'dpop', parameters: { error: 'use_dpop_nonce' } },
    { scheme: 'bearer', parameters: {} },
  ])
})

test('parameters have no prototype', () => {
  expect(parseChallenges('Bearer a=b')[0]?.parameters['toString']).toBeUndefined()
})

test('RX10: never throws, and reads bounded input only', () => {
  const soup = fc.array(fc.constantFrom('Bearer', ' ', ',', '=', '"', '\\', 'a', '==', '\t', 'é', 'x=', '="'), { maxLength: 200 })
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        soup.map((parts) => parts.join('')),
      ),
      (header) => {
        for (const { scheme } of parseChallenges(header)) expect(scheme).toMatch(/^[!#$%&'*+.^_`|~0-9a-z-]+$/)
      },
    ),
    { numRuns: 2000 },
  )
})

test.each(['a ', 'a=', '\\', '"\\', ' ', ',', '=', 'a="', 'x  ', '/'])('RX10: a megabyte of %j ends', (piece) => {
  expect(parseChallenges(`Bearer ${piece.repeat(1_000_000 / piece.length)}`).length).toBeLessThanOrEqual(8192)
})
