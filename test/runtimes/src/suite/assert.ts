import { type AnyOAuthError, isOAuthError } from '@oauth/core'

/** Fails with a text that says what was found. */
export function assert(condition: unknown, found: string): asserts condition {
  if (!condition) throw new Error(found)
}

/** Compares values as JSON: texts, numbers, lists and plain objects with members in the same order. */
export function equal(actual: unknown, expected: unknown): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  assert(found === wanted, `expected ${wanted}, found ${found}`)
}

/** The library's error that a promise ends with. */
export async function failure(promise: Promise<unknown>): Promise<AnyOAuthError> {
  const thrown = await promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  )
  if (!isOAuthError(thrown)) throw thrown
  return thrown
}
