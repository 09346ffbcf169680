import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_BYTES } from './http-request.js'
import { isJsonObject, JsonProblem, MAX_DEPTH, parseJson } from './json.js'

const PROTOTYPE_NAMES = ['__proto__', 'constructor', 'prototype']

/** The kind of problem, or the value. */
function outcome(text: string): unknown {
  try {
    return { value: parseJson(text) }
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    return error.kind
  }
}

describe('TR03: what is no JSON', () => {
  test.each([
    '',
    ' ',
    '{"a":1',
    '{"a":1}x',
    '{"a":1}{"b":2}',
    "{'a':1}",
    '{"a":01}',
    '{"a":NaN}',
    '[1,]',
    '"\u0001"',
    '{"\\x":1}',
    '}{',
    ']]]]',
    '"\\',
  ])('%j', (text) => {
    expect(outcome(text)).toBe('syntax')
  })
})

describe('TR04, ID21: a member name given twice in one object', () => {
  test.each([
    '{"access_token":"good","token_type":"Bearer","access_token":"evil"}',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"a":2}',
    '{"\\/":1,"/":2}',
    '{"":1,"":2}',
    '[{"a":{"b":1,"b":1}}]',
    '{"a":[1,{"x":"}"}],"b":2,"a":3}',
    '{"__proto__":1,"__proto__":2}',
    '{ "a" : 1 , "a" : 2 }',
  ])('%s is refused', (text) => {
    expect(outcome(text)).toBe('duplicate')
  })

  test.each([
    '{"a":1,"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":["a","a"]}',
    '{"a":"\\"a\\":1,","A":2}',
    '{"a":"{\\"b\\":1,\\"b\\":2}"}',
  ])('%s is none', (text) => {
    expect(outcome(text)).toEqual({ value: JSON.parse(text) })
  })
})

describe('TR05: prototype keys', () => {
  test.each(PROTOTYPE_NAMES)('%s is dropped at every level', (name) => {
    const value = parseJson(`{"a":1,"${name}":{"polluted":true},"b":[{"${name}":{"polluted":true},"c":2}]}`)
    expect(JSON.stringify(value)).toBe('{"a":1,"b":[{"c":2}]}')
    expect('polluted' in {}).toBe(false)
  })

  test('an escaped spelling is dropped as well', () => {
    expect(JSON.stringify(parseJson('{"\\u005f_proto__":{"polluted":true}}'))).toBe('{}')
  })

  test('objects have no prototype, so no member is inherited', () => {
    const value = parseJson('{"a":{}}')
    if (!isJsonObject(value)) throw new Error('not an object')
    expect(Object.getPrototypeOf(value)).toBeNull()
    expect(Object.getPrototypeOf(value['a'])).toBeNull()
    expect(value['toString']).toBeUndefined()
  })
})

describe('RX06: JSON depth', () => {
  test(`${MAX_DEPTH} levels are read, one more is not`, () => {
    expect(outcome('['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH))).toEqual({
      value: JSON.parse('['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH)),
    })
    expect(outcome('['.repeat(MAX_DEPTH + 1) + ']'.repeat(MAX_DEPTH + 1))).toBe('depth')
    expect(outcome(`${'{"a":'.repeat(MAX_DEPTH + 1)}1${'}'.repeat(MAX_DEPTH + 1)}`)).toBe('depth')
  })

  test('100 000 nested arrays are refused, closed or not', () => {
    expect(outcome('['.repeat(100_000))).toBe('depth')
    expect(outcome('['.repeat(100_000) + ']'.repeat(100_000))).toBe('depth')
  })

  test('brackets inside a text do not count', () => {
    expect(outcome(JSON.stringify('['.repeat(100)))).toEqual({ value: '['.repeat(100) })
  })

  test('as many keys as the size limit of an answer lets through are read once each', () => {
    const members = Array.from({ length: Math.floor(MAX_BYTES / 12) }, (_, n) => `"k${n}":0`)
    const text = `{${members.join(',')}}`
    expect(text.length).toBeLessThan(MAX_BYTES)
    expect(Object.keys(parseJson(text) as object)).toHaveLength(members.length)
  })
})

describe('properties', () => {
  const value = fc.jsonValue({ maxDepth: 6 }).filter((json) => !PROTOTYPE_NAMES.some((name) => JSON.stringify(json).includes(`"${name}":`)))

  test('agrees with JSON.parse on what JSON.stringify writes, with and without white space', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (json, space) => {
        const text = JSON.stringify(json, null, space)
        expect(parseJson(text)).toEqual(JSON.parse(text))
        expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(json))
      }),
    )
  })

  test('refuses any name that is injected a second time, however it is spelt', () => {
    const members = fc.dictionary(fc.string({ unit: 'binary', maxLength: 8 }), value, { minKeys: 1, maxKeys: 6, noNullPrototype: true })
    fc.assert(
      fc.property(members, fc.nat(), fc.boolean(), value, (object, pick, byEscape, injected) => {
        const names = Object.keys(object)
        const name = names[pick % names.length] ?? ''
        const again = byEscape ? `"${escaped(name)}"` : JSON.stringify(name)
        const inner = JSON.stringify(object).slice(1, -1)
        expect(outcome(`{${inner},${again}:${JSON.stringify(injected)}}`)).toBe('duplicate')
        expect(outcome(`[{"outer":{${again}:0,${inner}}}]`)).toBe('duplicate')
      }),
    )
  })

  test('never ends with another error, whatever the text', () => {
    const soup = fc.array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '1', 'a', '\\u00', ' ', '"a"', 'null'), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          soup.map((parts) => parts.join('')),
        ),
        (text) => void outcome(text),
      ),
      { numRuns: 2000 },
    )
  })
})

function escaped(name: string): string {
  return [...Array(name.length).keys()].map((at) => `\\u${name.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
}
