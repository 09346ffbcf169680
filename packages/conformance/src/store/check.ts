import type { Check } from '../check.js'
import type { StoreView } from './view.js'

/** What is required of a store, by name. */
export type StoreCheckId =
  | 'store.absent'
  | 'store.create'
  | 'store.value'
  | 'store.large-value'
  | 'store.isolation'
  | 'store.compare-and-set'
  | 'store.versions'
  | 'store.foreign-version'
  | 'store.delete'
  | 'store.expiry'
  | 'store.ttl'
  | 'store.long-ttl'
  | 'store.now'
  | 'store.clock'
  | 'store.keys'
  | 'store.race'
  | 'store.shared'
  | 'store.local'
  | 'store.watch'
  | 'store.gone'

/** What a check works on. */
export interface StoreSubject {
  readonly view: StoreView
  /** What another process has of the same engine. A store of one process is its own other view. */
  readonly other: StoreView
  /** The second store as it was made, also where the store says that it is of one process. */
  readonly second: StoreView
  /** Makes a store whose engine does not answer. */
  gone(): Promise<StoreView>
  /** Resolves when so many seconds have passed by the clock of the store. */
  elapse(seconds: number): Promise<void>
}

/** A check of a store. */
export type StoreCheck = Check<StoreSubject, StoreCheckId>
