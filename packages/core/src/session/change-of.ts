import type { Environment } from '../environment.js'
import type { TokenPlace } from './token-place.js'

/** Waits until a place may have changed, where its store can tell, and no longer than `ms` milliseconds. */
export async function changeOf({ store, key }: TokenPlace, ms: number, environment: Pick<Environment, 'sleep'>): Promise<void> {
  if (store.watch === undefined) return environment.sleep(ms)
  const changed = new AbortController()
  const stop = store.watch(key, () => changed.abort())
  try {
    await environment.sleep(ms, changed.signal)
  } catch (error) {
    if (!changed.signal.aborted) throw error
  } finally {
    stop()
  }
}
