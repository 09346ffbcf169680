import type { Environment } from '../environment.js'
import { type LifeCycleMemory, lifeCycleMemory } from './life-cycle-memory.js'
import type { TokenStore } from './token-record.js'

/** By store, and gone with it. An application may make a session for each request: what they share is the store that it gives them. */
const memories = new WeakMap<TokenStore, LifeCycleMemory>()

/** The memory that all sessions on a store share, so that of two sessions with one token only one renews it. */
export function sharedMemory(store: TokenStore, environment: Environment): LifeCycleMemory {
  const known = memories.get(store)
  if (known !== undefined) return known
  const memory = lifeCycleMemory(environment)
  memories.set(store, memory)
  return memory
}
