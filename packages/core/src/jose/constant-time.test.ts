import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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
])('SS23: %j and %j: %s', (a, b, expected) => {
  expect(constantTimeEqual(a, b)).toBe(expected)
})

test('SS23: a difference at the beginning is found after as many characters as one at the end', () => {
  const text = 'a'.repeat(43)
  const looks = (other: string) => {
    let count = 0
    const counted = Object.assign(Object(other) as string, {
      charCodeAt: (at: number) => {
        count += 1
        return other.charCodeAt(at)
      },
    })
    return [constantTimeEqual(text, counted as unknown as string), count]
  }
  expect(['b'.concat(text.slice(1)), text.slice(1).concat('b'), text].map(looks)).toEqual([
    [false, 43],
    [false, 43],
    [true, 43],
  ])
})

test('SS23: agrees with === on texts that are equal, alike, and unrelated', () => {
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

describe('SS23: what comes from outside and has to be the same as what is expected', () => {
  /** Layers that read it. What the session layer hashes is its own. */
  const FOLDERS = ['flow', 'message', 'route', 'transaction']

  const SECRET = String.raw`(?:\b(?:state|nonce|(?:at_|[cs]_)?hash)|\['(?:state|nonce|(?:at_|[cs]_)?hash)'\])`
  const LITERAL = String.raw`(?:undefined|null|'|"|\d)`
  const COMPARED = new RegExp(
    String.raw`(?<!typeof [\w.?]*)${SECRET} [!=]==? (?!${LITERAL})|(?<!${LITERAL}|typeof [\w.?[\]']*) [!=]==? [\w.?]*${SECRET}(?![\w.?[(])`,
  )

  test.each(['if (state !== expected)', "claims['nonce'] === nonce", 'expected === transaction.state', "x === claims['at_hash'] && y"])(
    '%s would be found',
    (line) => {
      expect(line).toMatch(COMPARED)
    },
  )

  test.each(["state === undefined || state === ''", "typeof nonce !== 'string'", "url.hash !== ''", 'one !== prefix + idOf(state)'])(
    '%s is none',
    (line) => {
      expect(line).not.toMatch(COMPARED)
    },
  )

  test.each(FOLDERS)('%s compares no state, no nonce and no hash by ===', (folder) => {
    const place = join(import.meta.dirname, '..', folder)
    const files = readdirSync(place).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    expect(files.length).toBeGreaterThan(0)
    const found = files.flatMap((name) =>
      readFileSync(join(place, name), 'utf8')
        .split('\n')
        .filter((line) => COMPARED.test(line)),
    )
    expect(found).toEqual([])
  })
})
