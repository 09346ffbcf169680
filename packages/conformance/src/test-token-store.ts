import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '@oauth/core/session'
import { type RegisterTest, register, type SkippedChecks } from './check.js'
import { assertOptions } from './options.js'
import type { StoreCheck, StoreCheckId, StoreSubject } from './store/check.js'
import { clock, now } from './store/clock.js'
import { absent, compareAndSet, create, foreignVersion } from './store/compare-and-set.js'
import { deletion } from './store/delete.js'
import { expiry, longTtl, ttl } from './store/expiry.js'
import { gone } from './store/gone.js'
import { keys } from './store/keys.js'
import { race } from './store/race.js'
import { isolation, largeValue, value } from './store/value.js'
import { versions } from './store/versions.js'
import { type StoreView, storeView } from './store/view.js'
import { local, shared } from './store/views.js'
import { watch } from './store/watch.js'

const CHECKS: readonly StoreCheck[] = [
  absent,
  create,
  value,
  largeValue,
  isolation,
  compareAndSet,
  versions,
  foreignVersion,
  deletion,
  expiry,
  ttl,
  longTtl,
  now,
  clock,
  keys,
  race,
  shared,
  local,
  watch,
  gone,
]

/** Options of {@link testTokenStore}. */
export interface TokenStoreTestOptions {
  /** Checks that cannot hold for this store, with the reason, as in `{ 'store.large-value': 'the engine takes 64 KiB' }`. */
  readonly skip?: SkippedChecks<StoreCheckId> | undefined
  /** Lets so many seconds pass by the clock of the store. Without it they are waited for, about eight in all. */
  readonly elapse?: ((seconds: number) => void | Promise<void>) | undefined
  /** Makes a store whose engine cannot be reached: it is the calls of the store that reject, not this. Without it `store.gone` is skipped. */
  readonly gone?: (() => Store<unknown> | Promise<Store<unknown>>) | undefined
}

const OPTIONS: readonly string[] = ['elapse', 'gone', 'skip'] satisfies (keyof TokenStoreTestOptions)[]

/**
 * Proves a store: registers one test for each thing that sessions rely on.
 *
 * The function makes a store on the same engine each time: two of them are what two processes have. One that is `local` is given as the same
 * object each time. Keys are new in each check and live for a minute, so an engine can be used for other things too. Some checks let time
 * pass: give your test runner 30 seconds for each.
 *
 * @example
 * import { testTokenStore } from '@oauth/conformance'
 * import { it } from 'vitest'
 * import { myStore } from '../src/index.js'
 *
 * testTokenStore(it, () => myStore({ url: 'redis://127.0.0.1:6379' }))
 *
 * @throws TypeError for an unknown option, and for a skip without a reason, or of a check that does not exist.
 */
export function testTokenStore(
  test: RegisterTest,
  createStore: () => Store<unknown> | Promise<Store<unknown>>,
  options: TokenStoreTestOptions = {},
): void {
  assertOptions(options, OPTIONS, 'testTokenStore')
  const { skip, elapse = (seconds) => sleep(seconds * 1000), gone } = options
  const create = async (): Promise<StoreSubject> => {
    const [view, second] = [await created(createStore), await created(createStore)]
    return {
      view,
      second,
      other: view.store.local === true ? view : second,
      elapse: async (seconds) => elapse(seconds),
      gone: () => unreachable(gone ?? createStore),
    }
  }
  const without = gone === undefined ? { 'store.gone': 'option "gone" gives no store without its engine' } : {}
  register(test, CHECKS, { create, skip: { ...without, ...skip } })
}

const METHODS = ['get', 'compareAndSet', 'delete'] as const

async function created(createStore: () => unknown): Promise<StoreView> {
  const store: unknown = typeof createStore === 'function' ? await createStore() : undefined
  const missing = METHODS.find((method) => typeof (store as Partial<Store<unknown>> | undefined)?.[method] !== 'function')
  if (missing === undefined) return storeView(store as Store<unknown>)
  throw new TypeError(
    `testTokenStore: what was made has no function "${missing}". Give a function that makes a store: testTokenStore(test, () => myStore()).`,
  )
}

/** A store without its engine. A function that fails would look like the rejection that is asked for, and proves nothing. */
async function unreachable(gone: () => unknown): Promise<StoreView> {
  let store: unknown
  try {
    store = await gone()
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new TypeError(
      `testTokenStore: option "gone" made no store, it failed itself: ${said}\nIt has to return a store, whose calls reject then. Make the store without connecting first.`,
      { cause },
    )
  }
  return created(() => store)
}
