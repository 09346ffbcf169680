import { deepEqual, equal } from 'node:assert/strict'
import type { StoreCheck } from './check.js'
import { created, newKey, present, replaced } from './view.js'

export const shared: StoreCheck = {
  id: 'store.shared',
  title: 'what one view has written, or deleted, another reads at once',
  async run({ view, other }) {
    const key = newKey()
    // A view may remember what it did not find.
    await other.get(key)
    await created(view, key, { n: 1 })
    deepEqual((await present(other, key)).value, { n: 1 }, 'another view does not see what was created')
    await replaced(view, key, { n: 2 })
    deepEqual((await present(other, key)).value, { n: 2 }, 'another view still sees what was replaced')
    await view.delete(key)
    equal(await other.get(key), undefined, 'another view still sees what was deleted')
  },
}

export const local: StoreCheck = {
  id: 'store.local',
  title: 'a store that says `local` cannot be reached by others: renewals on it take no lease',
  async run({ view, second }) {
    if (view.store.local !== true || second.store === view.store) return
    const key = newKey()
    await created(view, key, { n: 1 })
    equal(
      await second.get(key),
      undefined,
      'the store says `local: true`, and a second one has its values. Leave `local` out, or give the same object each time if both are of one process',
    )
  },
}
