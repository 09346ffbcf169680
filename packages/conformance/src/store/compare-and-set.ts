import { deepEqual, equal, notEqual } from 'node:assert/strict'
import type { StoreCheck } from './check.js'
import { created, newKey, present } from './view.js'

export const absent: StoreCheck = {
  id: 'store.absent',
  title: 'what is not there is undefined to get, and false to delete',
  async run({ view }) {
    const key = newKey()
    equal(await view.get(key), undefined, 'get of an absent key')
    equal(await view.delete(key), false, 'delete of an absent key')
  },
}

export const create: StoreCheck = {
  id: 'store.create',
  title: 'compareAndSet with null creates what is absent, and nothing else',
  async run({ view }) {
    const key = newKey()
    const version = await created(view, key, { login: 1 })
    equal(await view.compareAndSet(key, null, { login: 2 }), undefined, 'a key that was there was created again')
    const entry = await present(view, key)
    deepEqual(entry.value, { login: 1 }, 'a lost creation changed the value')
    equal(entry.version, version, 'a lost creation changed the version')
  },
}

export const compareAndSet: StoreCheck = {
  id: 'store.compare-and-set',
  title: 'compareAndSet replaces at the present version; at an old one it is undefined and changes nothing',
  async run({ view }) {
    const key = newKey()
    const first = await created(view, key, { token: 'a' })
    equal((await present(view, key)).version, first, 'get gives another version than compareAndSet did')
    const second = (await view.compareAndSet(key, first, { token: 'b' }))?.version
    notEqual(second, undefined, 'the present version lost')
    notEqual(second, first, 'a write kept the version')
    // The same value once more is what a client sends that did not see the answer: it has to learn that the version is another by now.
    for (const token of ['c', 'b']) {
      equal(await view.compareAndSet(key, first, { token }), undefined, 'an old version won')
      const entry = await present(view, key)
      deepEqual(entry.value, { token: 'b' }, 'a lost write changed the value')
      equal(entry.version, second, 'a lost write changed the version')
    }
  },
}

export const foreignVersion: StoreCheck = {
  id: 'store.foreign-version',
  title: 'the version of one key does not fit another',
  async run({ view }) {
    const [mine, yours] = [newKey(), newKey()]
    await created(view, mine, { user: 1 })
    const version = await created(view, yours, { user: 2 })
    equal(await view.compareAndSet(mine, version, { user: 3 }), undefined, "a write with another key's version won")
    equal(await view.delete(mine, version), false, "a delete with another key's version won")
    deepEqual((await present(view, mine)).value, { user: 1 }, "another key's version changed the value")
  },
}
