import type { Maybe } from '../environment.js'

/**
 * What a store has answered: at once, or as a promise that `instanceof` knows. One of another realm, as under Jest, is no instance of this realm's:
 * taken for a value, it would be one that is gone.
 */
export function ownPromise<T extends object | boolean | undefined>(answer: Maybe<T>): Maybe<T> {
  return typeof answer === 'object' && 'then' in answer ? Promise.resolve(answer) : answer
}
