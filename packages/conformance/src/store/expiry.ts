import { deepEqual, equal } from 'node:assert/strict'
import type { StoreCheck } from './check.js'
import { created, newKey, present } from './view.js'

/** A life that ends while a check waits, long enough for a few steps on a slow machine. */
export const SHORT = { ttl: 2 }
/** Seconds after which it is over. */
export const AFTER = 2.2
const LONG = { ttl: 600 }

export const expiry: StoreCheck = {
  id: 'store.expiry',
  title: 'after its ttl a key is absent, for get, compareAndSet and delete alike',
  async run({ view, elapse }) {
    const [read, written, recreated, deleted] = [newKey(), newKey(), newKey(), newKey()]
    const versions = await Promise.all([read, written, recreated, deleted].map((key) => created(view, key, { life: 1 }, SHORT)))
    await elapse(AFTER)
    // Each is met first by another method: an engine that looks at the time in one of them is not helped by the others.
    equal(await view.get(read), undefined, 'get gave what had expired')
    equal(await view.compareAndSet(written, versions[1] ?? null, { life: 2 }), undefined, 'the version of an expired value won')
    equal(await view.get(written), undefined, 'what had expired was brought back')
    await created(view, recreated, { life: 2 })
    deepEqual((await present(view, recreated)).value, { life: 2 }, 'what was made anew is not what get gives')
    equal(await view.delete(deleted), false, 'delete said that it deleted what had expired')
  },
}

export const ttl: StoreCheck = {
  id: 'store.ttl',
  title: 'the ttl is that of the last write, counted from it; a write that lost changes nothing of it',
  async run({ view, elapse }) {
    const [longer, shorter, lost] = [newKey(), newKey(), newKey()]
    const version = await created(view, longer, { n: 1 }, SHORT)
    equal(typeof (await view.compareAndSet(longer, version, { n: 2 }, LONG))?.version, 'string', 'the present version lost')
    const second = await created(view, shorter, { n: 1 }, LONG)
    equal(typeof (await view.compareAndSet(shorter, second, { n: 2 }, SHORT))?.version, 'string', 'the present version lost')
    const third = await created(view, lost, { n: 1 }, SHORT)
    equal(typeof (await view.compareAndSet(lost, third, { n: 2 }, SHORT))?.version, 'string', 'the present version lost')
    equal(await view.compareAndSet(lost, third, { n: 3 }, LONG), undefined, 'an old version won')
    await elapse(AFTER)
    deepEqual((await view.get(longer))?.value, { n: 2 }, 'a write with a longer ttl was over with that of the write before')
    equal(await view.get(shorter), undefined, 'a write with a shorter ttl lived on with that of the write before')
    equal(await view.get(lost), undefined, 'a lost write gave the value a longer life')
  },
}

export const longTtl: StoreCheck = {
  id: 'store.long-ttl',
  title: 'a ttl may be ten years, a fraction of seconds, or Infinity, which is for ever',
  async run({ view }) {
    for (const ttl of [315_360_000, 90.5, Number.POSITIVE_INFINITY]) {
      const key = newKey()
      await created(view, key, { ttl: String(ttl) }, { ttl })
      deepEqual((await view.get(key))?.value, { ttl: String(ttl) }, `a value with a ttl of ${ttl} seconds is gone at once`)
      await view.delete(key)
    }
  },
}
