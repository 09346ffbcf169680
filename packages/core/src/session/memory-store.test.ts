import { describe, expect, it, vi } from 'vitest'
import { memoryStore } from './memory-store.js'

function clocked() {
  const clock = { time: 1000 }
  return { clock, store: memoryStore<string>({ now: () => clock.time }) }
}

describe('memoryStore', () => {
  it('answers at once, never with a promise', () => {
    const { store } = clocked()
    expect(store.get('k')).toBeUndefined()
    const receipt = store.compareAndSet('k', null, 'a', { ttl: 10 })
    expect(receipt).toEqual({ version: expect.any(String), now: 1000 })
    expect(store.get('k')).toEqual({ value: 'a', version: (receipt as { version: string }).version, now: 1000 })
    expect(store.delete('k')).toBe(true)
  })

  it('compareAndSet: null creates only what is absent; a version replaces only itself', () => {
    const { store } = clocked()
    const first = store.compareAndSet('k', null, 'a', { ttl: 10 }) as { version: string }
    expect(store.compareAndSet('k', null, 'b', { ttl: 10 })).toBeUndefined()
    expect(store.compareAndSet('k', 'made-up', 'b', { ttl: 10 })).toBeUndefined()
    const second = store.compareAndSet('k', first.version, 'b', { ttl: 10 }) as { version: string }
    expect(store.compareAndSet('k', first.version, 'c', { ttl: 10 })).toBeUndefined()
    expect(store.get('k')).toMatchObject({ value: 'b', version: second.version })
  })

  it('a version is never used twice for a key, not even after delete and re-create with the same value', () => {
    const { store } = clocked()
    const versions = new Set<string>()
    for (let i = 0; i < 50; i += 1) {
      versions.add((store.compareAndSet('k', null, 'same', { ttl: 10 }) as { version: string }).version)
      store.delete('k')
    }
    expect(versions.size).toBe(50)
  })

  it('delete: with a version only at that version; tells whether something went', () => {
    const { store } = clocked()
    const { version } = store.compareAndSet('k', null, 'a', { ttl: 10 }) as { version: string }
    expect(store.delete('k', 'other')).toBe(false)
    expect(store.delete('k', version)).toBe(true)
    expect(store.delete('k')).toBe(false)
  })

  it('ttl: gone when it is over; each write begins it anew; an expired key counts as absent for compareAndSet', () => {
    const { store, clock } = clocked()
    const { version } = store.compareAndSet('k', null, 'a', { ttl: 10 }) as { version: string }
    clock.time += 9
    store.compareAndSet('k', version, 'b', { ttl: 10 })
    clock.time += 9
    expect(store.get('k')).toMatchObject({ value: 'b', now: 1018 })
    clock.time += 1
    expect(store.get('k')).toBeUndefined()
    expect(store.delete('k')).toBe(false)
    expect(store.compareAndSet('k', null, 'c', { ttl: 10 })).toBeDefined()
  })

  it('keeps a copy, and gives away what nobody can change: an application that edits what it got does not edit the session', () => {
    const store = memoryStore<{ token: { scope: string } }>()
    const value = { token: { scope: 'a' } }
    store.compareAndSet('k', null, value, { ttl: 10 })
    value.token.scope = 'b'
    const entry = store.get('k') as { value: typeof value }
    expect(() => {
      entry.value.token.scope = 'c'
    }).toThrow(TypeError)
    expect(store.get('k')).toMatchObject({ value: { token: { scope: 'a' } } })
    expect(Object.isFrozen(value)).toBe(false)
  })

  it('forgets expired keys that nobody asks for again, as others are written', () => {
    const { store, clock } = clocked()
    for (let n = 0; n < 1000; n++) store.compareAndSet(`old${n}`, null, 'a', { ttl: 1 })
    clock.time += 2
    for (let n = 0; n < 400; n++) store.compareAndSet(`new${n}`, null, 'x', { ttl: 1000 })
    // What is found by a clock that went back was only hidden, not forgotten.
    clock.time -= 2
    expect(Array.from({ length: 1000 }, (_, n) => store.get(`old${n}`)).filter(Boolean)).toEqual([])
  })

  it('deletes sweep too', () => {
    const { store, clock } = clocked()
    for (let n = 0; n < 100; n++) store.compareAndSet(`old${n}`, null, 'a', { ttl: 1 })
    for (let n = 0; n < 100; n++) store.compareAndSet(`new${n}`, null, 'a', { ttl: 1000 })
    clock.time += 2
    for (let n = 0; n < 100; n++) store.delete(`new${n}`)
    clock.time -= 2
    expect(Array.from({ length: 100 }, (_, n) => store.get(`old${n}`)).filter(Boolean)).toEqual([])
  })
})

describe('memoryStore with 100,000 sessions', () => {
  const MANY = 100_000

  it('get takes one operation on the map, compareAndSet and delete six, whatever it holds', () => {
    const { store } = clocked()
    for (let n = 0; n < MANY; n++) store.compareAndSet(`s${n}`, null, 'a', { ttl: 1000 })
    const { version } = store.get('s5') as { version: string }
    expect(mapOperations(() => store.get('s5'))).toBe(1)
    expect(mapOperations(() => store.get('none'))).toBe(1)
    expect(mapOperations(() => store.compareAndSet('s5', version, 'b', { ttl: 1000 }))).toBe(6)
    expect(mapOperations(() => store.delete('s6'))).toBe(6)
  })

  it('is bounded by the ttl: while sessions come and go it holds at most half more than those that live', () => {
    const LIFE = 1000
    const { store, clock } = clocked()
    const start = clock.time
    for (let n = 0; n < MANY; n++) {
      clock.time = start + n
      store.compareAndSet(`s${n}`, null, 'a', { ttl: LIFE })
    }
    clock.time = start
    let held = 0
    for (let n = 0; n < MANY; n++) if (store.get(`s${n}`) !== undefined) held += 1
    expect(held).toBeGreaterThanOrEqual(LIFE)
    expect(held).toBeLessThanOrEqual(1.5 * LIFE)
  })
})

it.each([[{ ttl: 60 }], [{ now: 1_700_000_000 }], [60], ['users']])('given %j, which is no clock, it is a UsageError', (options) => {
  expect(() => memoryStore(options as unknown as { now: () => number })).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(/no options but a clock.*memoryStore\(\)/) }),
  )
})

/** How many calls of a map's methods, steps of its iterators included, an action makes. */
function mapOperations(action: () => unknown): number {
  let count = 0
  const iterator: object = Object.getPrototypeOf(new Map().entries())
  const spies = [
    ...(['get', 'set', 'has', 'delete', 'forEach'] as const).map((method) => vi.spyOn(Map.prototype, method)),
    vi.spyOn(iterator as IterableIterator<unknown>, 'next'),
  ]
  try {
    action()
    for (const { mock } of spies) count += mock.calls.length
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  return count
}
