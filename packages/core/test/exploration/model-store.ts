import type { StoreEntry, StoreReceipt } from '../../src/session/store.js'
import type { TokenRecord } from '../../src/session/token-record.js'
import { mixed } from './fingerprint.js'

/** The store that all processes share: each operation at once and in one piece, versions that never come again, a clock of its own. */
export class ModelStore {
  readonly #now: () => number
  #text: string | undefined
  #record: TokenRecord | undefined
  #version = 0
  /** How often its content has changed. */
  changes = 0
  /** Of all that was written. */
  fingerprint = 2

  constructor(now: () => number) {
    this.#now = now
  }

  /** The record as it is, looked at by nobody. */
  get record(): Readonly<TokenRecord> | undefined {
    return this.#record
  }

  /** Everybody gets a copy of their own, as from a store over a network. */
  get(): StoreEntry<TokenRecord> | undefined {
    if (this.#text === undefined) return undefined
    return { value: JSON.parse(this.#text) as TokenRecord, version: String(this.#version), now: this.#now() }
  }

  compareAndSet(expected: string | null, value: TokenRecord): StoreReceipt | undefined {
    if (expected !== (this.#text === undefined ? null : String(this.#version))) return undefined
    this.#change(value)
    return { version: String(this.#version), now: this.#now() }
  }

  delete(expected?: string): boolean {
    if (this.#text === undefined || (expected !== undefined && expected !== String(this.#version))) return false
    this.#change(undefined)
    return true
  }

  #change(value: TokenRecord | undefined): void {
    const text = value && JSON.stringify(value)
    this.#text = text
    this.#record = text === undefined ? undefined : (JSON.parse(text) as TokenRecord)
    this.#version += 1
    this.changes += 1
    this.fingerprint = mixed(this.fingerprint, text ?? 'deleted')
  }
}
