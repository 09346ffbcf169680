import { ok } from 'node:assert/strict'
import type { StoreCheck } from './check.js'
import { created, newKey, present } from './view.js'

/** 2001 and 5138 in seconds; 1970 in milliseconds. */
const EARLIEST = 1e9
const LATEST = 1e11

export const now: StoreCheck = {
  id: 'store.now',
  title: 'now is the time in seconds since the epoch, and goes forward, from get and compareAndSet alike',
  async run({ view, elapse }) {
    const key = newKey()
    const times: unknown[] = []
    const receipt = await view.compareAndSet(key, null, { n: 1 })
    times.push(receipt?.now, (await present(view, key)).now)
    await elapse(1.1)
    const again = await view.compareAndSet(key, receipt?.version ?? null, { n: 2 })
    times.push(again?.now, (await present(view, key)).now)

    for (const time of times) {
      ok(typeof time === 'number' && time > EARLIEST && time < LATEST, `now is ${String(time)}, which are no seconds since the epoch`)
    }
    const [first = 0, second = 0, third = 0, fourth = 0] = times as number[]
    ok(first <= second && second <= third && third <= fourth, `now went back: ${times.join(', ')}`)
    ok(third - second >= 1 && third - second < 60, `now moved by ${third - second} while 1.1 seconds passed`)
  },
}

export const clock: StoreCheck = {
  id: 'store.clock',
  title: 'now is the clock of the store: two views agree within a second',
  async run({ view, other }) {
    const key = newKey()
    await created(view, key, { n: 1 })
    const before = (await present(view, key)).now
    const between = (await present(other, key)).now
    const after = (await present(view, key)).now
    ok(
      before - 1 <= between && between <= after + 1,
      `one view says ${before} to ${after}, the other meanwhile ${between}: a lease of one process would be over too early, or never, for another`,
    )
  },
}
