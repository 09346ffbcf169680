import type { Maybe } from '../environment.js'
import type { StoreEntry } from './store.js'

/**
 * What a store's `get` has answered, at once or as a promise that `instanceof` knows. One of another realm, as under Jest, is no instance of this
 * realm's: taken for an entry, it would be a value that is gone.
 */
export function storeAnswer<T>(answer: Maybe<StoreEntry<T> | undefined>): Maybe<StoreEntry<T> | undefined> {
  return answer === undefined || 'value' in answer ? answer : Promise.resolve(answer)
}
