import type { StoreEntry, StoreReceipt } from '../../src/session/store.js'
import type { TokenRecord } from '../../src/session/token-record.js'
import { mixed } from './fingerprint.js'

/** The store that all processes share: each operation at once and in one piece, versions that never come again, a clock of its own. */
export class ModelStore {
  readonly #now: () => number
  #text: string | undefined
  #version = 0
  /** How often its content has changed. */
  changes = 0
  /** Of all that was written. */
  fingerprint = 2

  constructor(now: () => number) {
    this.#now = now
  }

  /** The record as it is, looked at by nobody. */
  get record(): TokenRecord | undefined {
    return this.#text === undefined ? undefined : (JSON.parse(this.#text) as TokenRecord)
  }

  get(): StoreEntry<TokenRecord> | undefined {
    const value = this.record
    return value === undefined ? undefined : { value, version: String(this.#version), now: this.#now() }
  }

  compareAndSet(expected: string | null, value: TokenRecord): StoreReceipt | undefined {
    if (expected !== (this.#text === undefined ? null : String(this.#version))) return undefined
    this.#change(JSON.stringify(value))
    return { version: String(this.#version), now: this.#now() }
  }

  delete(expected?: string): boolean {
    if (this.#text === undefined || (expected !== undefined && expected !== String(this.#version))) return false
    this.#change(undefined)
    return true
  }

  #change(text: string | undefined): void {
    this.#text = text
    this.#version += 1
    this.changes += 1
    this.fingerprint = mixed(this.fingerprint, text ?? 'deleted')
  }
}
