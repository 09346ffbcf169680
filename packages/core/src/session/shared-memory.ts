import type { Environment } from '../environment.js'
import { LifeCycleMemory } from './life-cycle-memory.js'

/** By store, and gone with it. An application may make a session for each request: what they share is the store that it gives them. */
const memories = new WeakMap<object, LifeCycleMemory>()

/**
 * The memory that all sessions on a store share, so that of two sessions with one token only one renews it: `given`, where several copies of this
 * library have one.
 */
export function sharedMemory(store: object, environment: Environment, given?: LifeCycleMemory): LifeCycleMemory {
  const memory = given ?? memories.get(store) ?? new LifeCycleMemory(environment)
  memories.set(store, memory)
  return memory
}
