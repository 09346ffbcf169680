import { equal, ok } from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoreCheck } from './check.js'
import { created, newKey, replaced } from './view.js'

/** How long a hint may take, in milliseconds. */
const PATIENCE_MS = 5_000
const POLL_MS = 25
/** How long a hint is waited for that must not come, after the same one came to somebody else. */
const SILENCE_MS = 200

export const watch: StoreCheck = {
  id: 'store.watch',
  title: 'watch, where there is one, calls back after a write and a delete of another view, until it is stopped',
  async run({ view, other }) {
    const { store } = view
    if (store.watch === undefined) return
    const key = newKey()
    const calls = { first: 0, second: 0 }
    const stop = store.watch(key, () => {
      calls.first += 1
    })
    const stopSecond = store.watch(key, () => {
      calls.second += 1
    })
    try {
      equal(typeof stop, 'function', 'watch returned no way to stop')
      await created(other, key, { n: 0 })
      // Watching may begin a little later than it is asked for, so the first write is made until one is told.
      const begin = () => calls.first > 0 && calls.second > 0
      for (let n = 1; n < PATIENCE_MS / POLL_MS && !begin(); n++) {
        await sleep(POLL_MS)
        await replaced(other, key, { n })
      }
      ok(begin(), 'no write was told')
      await sleep(SILENCE_MS)
      await told(calls, 'a write', () => replaced(other, key, { n: -1 }))
      await told(calls, 'a delete', () => other.delete(key))
      stop()
      stop()
      const before = calls.first
      const { second } = calls
      await created(other, key, { n: -2 })
      ok(await until(() => calls.second > second), 'stopping one watcher stopped another')
      await sleep(SILENCE_MS)
      equal(calls.first, before, 'it called back after it was stopped')
    } finally {
      stop?.()
      stopSecond?.()
    }
  },
}

async function told(calls: { readonly first: number }, what: string, change: () => Promise<unknown>): Promise<void> {
  const before = calls.first
  await change()
  ok(await until(() => calls.first > before), `${what} was not told within ${PATIENCE_MS} ms`)
}

async function until(condition: () => boolean): Promise<boolean> {
  for (let waited = 0; waited < PATIENCE_MS && !condition(); waited += POLL_MS) await sleep(POLL_MS)
  return condition()
}
