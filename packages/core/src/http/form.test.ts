import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formDecode, formEncode, formGet, toForm } from './form.js'

test('S9: a space becomes "+", a colon "%3A"', () => {
  expect(formEncode([['scope', 'user:email profile']])).toBe('scope=user%3Aemail+profile')
})

test('S10: undefined and null leave a parameter out, 0, false and "" stay, a list repeats it without its gaps', () => {
  const form = toForm({ max_age: 0, empty: '', flag: false, none: undefined, nil: null, resource: ['a', null, 'b', undefined] })
  expect(form).toEqual([
    ['max_age', '0'],
    ['empty', ''],
    ['flag', 'false'],
    ['resource', 'a'],
    ['resource', 'b'],
  ])
})

test('C17: a form keeps order and repetition where an object cannot', () => {
  const form = [
    ['resource', 'a'],
    ['x', '1'],
    ['resource', 'b'],
  ] as const
  expect(toForm(form)).toEqual(form)
  expect(formEncode(form)).toBe('resource=a&x=1&resource=b')
  expect(formGet(form, 'resource')).toBe('a')
  expect(formGet(form, 'absent')).toBeUndefined()
})

test('no parameters are an empty form', () => {
  expect(toForm()).toEqual([])
  expect(formEncode([])).toBe('')
  expect(formDecode('')).toEqual([])
})

test.each([
  ['a=%', [['a', '%']]],
  [
    'a=%zz&b',
    [
      ['a', '%zz'],
      ['b', ''],
    ],
  ],
  [
    '=x&&a=b=c',
    [
      ['', 'x'],
      ['a', 'b=c'],
    ],
  ],
  ['a=%ff', [['a', '\uFFFD']]],
])('a broken escape in %j does not throw', (text, form) => {
  expect(formDecode(text)).toEqual(form)
})

test('encoding and decoding give the same ordered multi-map', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 8 }), (form) => {
      expect(formDecode(formEncode(form))).toEqual(form)
    }),
  )
})

test('decoding never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(formDecode(text).every((pair) => pair.length === 2)).toBe(true)
    }),
  )
})
