import type { Environment } from '../environment.js'
import { isErrorOf } from '../error/any-oauth-error.js'
import type { TerminalReason } from '../error/refresh-error.js'
import { StoreError } from '../error/store-error.js'
import { plainCause } from './plain-cause.js'
import { credentialOf } from './renewal-memory.js'
import { alive, readEntry, type TokenEntry } from './token-entry.js'
import type { TokenPlace } from './token-place.js'
import { type TokenRecord, unleased } from './token-record.js'

/** What outcomes are written with. */
export interface RenewalOutcomePorts {
  readonly environment: Pick<Environment, 'now'>
  /** Seconds that a record is kept. */
  ttl(place: TokenPlace): number
}

/** Writes what became of a token into places that have not heard of it: that it is over, or what a renewal for another place has brought. */
export class RenewalOutcome {
  readonly #ports: RenewalOutcomePorts

  constructor(ports: RenewalOutcomePorts) {
    this.#ports = ports
  }

  /** Writes down that it is over and drops the refresh token, so that it is never sent again. `false`: the record has changed meanwhile. */
  async end(place: TokenPlace, { value: record, version }: TokenEntry, reason: TerminalReason): Promise<boolean> {
    const { refresh_token: _dead, ...token } = record.token
    const at = Math.floor(this.#ports.environment.now())
    const ended = { ...unleased(record), token, ended: { reason, at } } as TokenRecord
    try {
      return (await place.store.compareAndSet(place.key, version, ended, { ttl: this.#ports.ttl(place) })) !== undefined
    } catch {
      // The refresh token stays in the store; the server refuses it all the same, and the next renewal ends here again.
      return true
    }
  }

  /**
   * Carries a record that was renewed meanwhile into a place that still holds the token before it: a view of its own, or a store that was
   * given the old token again. One that is over for good is over there too.
   */
  async adopt(place: TokenPlace, old: TokenRecord, renewal: Promise<TokenRecord>): Promise<TokenRecord> {
    const record = await renewal.catch((error: unknown) => this.#overHere(place, old, error))
    const entry = await readEntry(place)
    if (entry === undefined) return record
    if (credentialOf(entry.value) !== credentialOf(old)) return alive(entry.value)
    const { generation } = entry.value
    if (generation >= record.generation && credentialOf(record) === credentialOf(old)) return record
    if (place.writable !== undefined && !(await place.writable())) return record
    // The old token may have been put there as if it were a new one: it is spent all the same.
    const adopted = generation < record.generation ? record : { ...record, generation: generation + 1 }
    try {
      const receipt = await place.store.compareAndSet(place.key, entry.version, adopted, { ttl: this.#ports.ttl(place) })
      // Somebody has written meanwhile: a lease of the token before, say.
      return receipt === undefined ? this.adopt(place, old, renewal) : adopted
    } catch (error) {
      throw new StoreError('write', { cause: plainCause(error, adopted.token) })
    }
  }

  async #overHere(place: TokenPlace, old: TokenRecord, error: unknown): Promise<never> {
    const reason = isErrorOf(error, 'RefreshError') ? error.reason : undefined
    if (reason !== undefined && reason !== 'session_deleted') {
      const entry = await readEntry(place)
      if (entry !== undefined && entry.value.ended === undefined && credentialOf(entry.value) === credentialOf(old))
        await this.end(place, entry, reason)
    }
    throw error
  }
}
