import { expect, test } from 'vitest'
import { createCache } from './cache.js'

test('JK18: cache growth: of 1e5 issuers 500 are kept, the latest ones', () => {
  const cache = createCache<number>()
  for (let n = 0; n < 1e5; n++) cache.set(`https://${n}.example`, n)
  const kept = Array.from({ length: 1e5 }, (_, n) => cache.get(`https://${n}.example`)).filter((value) => value !== undefined)
  expect(kept).toEqual(Array.from({ length: 500 }, (_, n) => 99_500 + n))
})

test('what was not used for longest is forgotten first', () => {
  const cache = createCache<number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  expect(cache.get('a')).toBe(1)
  cache.set('c', 3)
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3])
})

test('writing again counts as use and takes no second place', () => {
  const cache = createCache<number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.set('a', 3)
  cache.set('c', 4)
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([3, undefined, 4])
})

test('what is deleted is gone', () => {
  const cache = createCache<number>()
  cache.set('a', 1)
  cache.delete('a')
  expect(cache.get('a')).toBeUndefined()
})
