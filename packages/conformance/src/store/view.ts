import { AssertionError } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Store, StoreEntry, StoreReceipt } from '@oauth/core/session'
import { inTime } from '../in-time.js'

/** How long a store may take to answer, in milliseconds: some of it is waiting for many others at the same key. */
const PATIENCE_MS = 10_000
/** Seconds that a value is kept where a check says nothing of it, so that an engine that is used again fills up with nothing. */
const TTL = 60

/** A store of which every answer is a promise that settles in time. */
export interface StoreView {
  /** The store as it was made. */
  readonly store: Store<unknown>
  get(key: string): Promise<StoreEntry<unknown> | undefined>
  compareAndSet(key: string, expected: string | null, value: unknown, options?: { readonly ttl: number }): Promise<StoreReceipt | undefined>
  delete(key: string, expected?: string): Promise<boolean>
}

/** Makes a view of a store. */
export function storeView(store: Store<unknown>): StoreView {
  return {
    store,
    get: (key) => answered('get', async () => store.get(key)),
    compareAndSet: (key, expected, value, options = { ttl: TTL }) =>
      answered('compareAndSet', async () => store.compareAndSet(key, expected, value, options)),
    // Some stores look at how many arguments there are.
    delete: (key, expected) => answered('delete', async () => (expected === undefined ? store.delete(key) : store.delete(key, expected))),
  }
}

/** A key that nobody else has, so that checks can share an engine. */
export function newKey(): string {
  return `conformance:${randomUUID()}`
}

/** Puts a value where there is none, and gives its version. */
export async function created(view: StoreView, key: string, value: unknown, options?: { readonly ttl: number }): Promise<string> {
  const receipt = await view.compareAndSet(key, null, value, options)
  if (typeof receipt?.version === 'string') return receipt.version
  throw new AssertionError({ message: `compareAndSet(key, null, …) of an absent key gave ${shown(receipt)} instead of a version` })
}

/** The entry of a key that has to be there. */
export async function present(view: StoreView, key: string): Promise<StoreEntry<unknown>> {
  const entry = await view.get(key)
  if (typeof entry === 'object' && entry !== null) return entry
  throw new AssertionError({ message: `get gave ${shown(entry)} for a key that has a value` })
}

/** Replaces the value of a key at its present version, and gives the new one. */
export async function replaced(view: StoreView, key: string, value: unknown): Promise<string> {
  const { version } = await present(view, key)
  const receipt = await view.compareAndSet(key, version, value)
  if (typeof receipt?.version === 'string') return receipt.version
  throw new AssertionError({ message: `compareAndSet at the version that get had just given was answered ${shown(receipt)}` })
}

function answered<T>(method: string, call: () => Promise<T>): Promise<T> {
  return inTime(call(), `${method} neither resolved nor rejected`, PATIENCE_MS)
}

function shown(answer: unknown): string {
  return typeof answer === 'object' && answer !== null ? 'an object' : String(answer)
}
