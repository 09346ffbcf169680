import { describe, expect, it } from 'vitest'
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

  it('forgets expired keys that nobody asks for again', () => {
    const clock = { time: 1000 }
    const store = memoryStore<{ held: WeakRef<object> } | string>({ now: () => clock.time })
    store.compareAndSet('old', null, 'a', { ttl: 1 })
    clock.time += 2
    // The sweep comes by the number of writes; afterwards the key is absent without having been read.
    for (let i = 0; i < 1000; i += 1) store.compareAndSet(`k${i}`, null, 'x', { ttl: 1000 })
    clock.time -= 2
    expect(store.get('old')).toBeUndefined()
  })
})
