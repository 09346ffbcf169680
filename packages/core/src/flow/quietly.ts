import type { Flow } from './flow.js'

/** The same flow, for what may fail without harm: `undefined` then. */
export async function* quietly<T>(flow: Flow<T>): Flow<T | undefined> {
  try {
    return yield* flow
  } catch {
    return undefined
  }
}
