import fc from 'fast-check'
import { expect, test } from 'vitest'
import { constantTimeEqual } from './constant-time.js'

test.each([
  ['', '', true],
  ['', 'a', false],
  ['a', '', false],
  ['ab', 'abab', false],
  ['abab', 'ab', false],
  ['a', 'a\u0000', false],
  ['\u0000', '', false],
  ['state', 'state', true],
  ['state', 'statE', false],
  ['\u0161', 'a', false],
])('%j and %j: %s', (a, b, expected) => {
  expect(constantTimeEqual(a, b)).toBe(expected)
})

test('agrees with === on texts that are equal, alike, and unrelated', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 })
  const pair = fc.oneof(
    fc.tuple(text, text),
    text.map((same) => [same, same] as const),
    fc.tuple(text, text).map(([a, b]) => [a, a + b] as const),
    fc.tuple(text, fc.nat({ max: 11 })).map(([a, at]) => [a, `${a.slice(0, at)}x${a.slice(at + 1)}`] as const),
  )
  fc.assert(
    fc.property(pair, ([a, b]) => {
      expect(constantTimeEqual(a, b)).toBe(a === b)
      expect(constantTimeEqual(b, a)).toBe(a === b)
    }),
    { numRuns: 1000 },
  )
})
