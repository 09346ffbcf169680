import type { Environment } from '../environment.js'
import type { TokenPlace } from './token-place.js'

/** Milliseconds that pass before the next look, whatever the store tells: one that tells at once may do so each time. */
const LEAST_PAUSE_MS = 10

/** Waits until a place may have changed, where its store can tell, and no longer than `ms` milliseconds. */
export async function changeOf(place: TokenPlace, ms: number, environment: Pick<Environment, 'sleep' | 'monotonic'>): Promise<void> {
  const began = environment.monotonic()
  const changed = new AbortController()
  const stop = watched(place, () => changed.abort())
  if (stop === undefined) return environment.sleep(ms)
  try {
    await environment.sleep(ms, changed.signal)
  } catch (error) {
    if (!changed.signal.aborted) throw error
    const left = LEAST_PAUSE_MS - (environment.monotonic() - began)
    if (left > 0) await environment.sleep(Math.min(ms, left))
  } finally {
    attempted(stop)
  }
}

/** Begins to watch; `undefined` where the store cannot, or not now. */
function watched({ store, key }: TokenPlace, changed: () => void): (() => void) | undefined {
  return attempted(() => store.watch?.(key, changed))
}

/** A hint that fails is none, and no failure of whoever waits. */
function attempted<T>(hint: () => T): T | undefined {
  try {
    return hint()
  } catch {
    return undefined
  }
}
