import type { Environment } from '../environment.js'
import { RefreshError } from '../error/refresh-error.js'
import { StoreError } from '../error/store-error.js'
import { changeOf } from './change-of.js'
import { tell } from './life-cycle-events.js'
import { plainCause } from './plain-cause.js'
import { isSuccessor } from './succession.js'
import { alive, present, readEntry, type TokenEntry } from './token-entry.js'
import { credentialHash } from './token-hash.js'
import type { TokenPlace } from './token-place.js'
import type { TokenRecord } from './token-record.js'

/** Seconds that a lease lasts: the total time of a token request, and five for what is done before and after it. */
export const LEASE = 15
/** Milliseconds from taking the lease in which a request may be sent: its answer then comes within the lease. */
const SENDABLE_MS = 5_000
/** Milliseconds between two looks at the store, at first and at most. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500
/** Milliseconds that others are waited for in all: two leases, so that one that was taken over is waited for too, and a last look. */
const LONGEST_WAIT_MS = 2 * LEASE * 1000 + LONGEST_PAUSE_MS

/** The right to spend what a record is renewed with. */
export interface HeldLease {
  /** The record as it is in the store, with the lease in it, and the store's time when the lease began. */
  readonly entry: TokenEntry
  /** Whether somebody of whom nothing more was heard may have spent it already. */
  readonly isSuspect: boolean
  /** When the lease began, by the monotonic clock. */
  readonly takenAt: number
}

/** What a lease is built on. */
export interface RefreshLeasePorts {
  readonly environment: Environment
  /** Names this process in the records that it leases. */
  readonly owner: string
  /** Seconds that a record is kept. */
  ttl(place: TokenPlace): number
}

/** The lease ran out, or nearly, before the request was sent. */
export class LeaseOver extends Error {}

/**
 * The lease that is written into a record before its token is renewed, so that of all processes on a store one asks the server. It is judged by the
 * store's clock alone, and is the journal of a crash: a lease that ran out says that its refresh token may have been spent.
 */
export class RefreshLease {
  readonly #ports: RefreshLeasePorts

  constructor(ports: RefreshLeasePorts) {
    this.#ports = ports
  }

  /**
   * Takes the lease of the record that was found, waiting for whoever holds it. Gives the record that somebody else has put in its place
   * instead, if so.
   *
   * @throws {@link RefreshError} when the session has ended or was deleted, or when the wait was too long. @throws {@link StoreError}
   */
  async take(place: TokenPlace, found: TokenEntry): Promise<HeldLease | TokenRecord> {
    const { environment, owner } = this.#ports
    const hash = credentialHash(environment, found.value)
    const refreshHash = hash instanceof Promise ? await hash : hash
    const began = environment.monotonic()
    let entry: TokenEntry | undefined = found
    for (let losses = 0; ; losses++) {
      entry = await this.free(place, entry, began)
      const { value, version, now } = present(entry)
      if (isSuccessor(alive(value), found.value)) return value
      const takenAt = environment.monotonic()
      const isSuspect = value.lease?.refreshHash === refreshHash
      const since = isSuspect ? (value.lease?.since ?? now) : now
      const leased: TokenRecord = { ...value, lease: { owner, until: now + LEASE, refreshHash, since } }
      const receipt = await this.#write(place, version, leased)
      // What was read may have been on its way for long, and the lease began with it.
      if (receipt !== undefined)
        return {
          entry: { value: leased, version: receipt.version, now },
          isSuspect,
          takenAt: takenAt - Math.max(0, receipt.now - now) * 1000,
        }
      this.#assertPatience(began)
      entry = await readEntry(place)
      // What has just lost is shown again: a replica that is behind, which needs time.
      if (entry?.version === version) await environment.sleep(this.#pause(losses))
    }
  }

  /**
   * The record once nobody else is renewing it: at once, or when the store shows that they have finished, or that their lease is over.
   *
   * @param began When the wait began, by the monotonic clock.
   * @throws {@link RefreshError} transient, when that took too long.
   */
  async free(
    place: TokenPlace,
    found: TokenEntry | undefined,
    began: number = this.#ports.environment.monotonic(),
  ): Promise<TokenEntry | undefined> {
    const { environment } = this.#ports
    let entry = found
    for (let looks = 0; entry !== undefined && this.isHeld(entry); looks++) {
      this.#assertPatience(began)
      if (looks === 0) tell(environment, 'waiting', place, entry.value)
      const left = ((entry.value.lease?.until ?? 0) - entry.now) * 1000
      await changeOf(place, Math.min(left, this.#pause(looks)), environment)
      entry = await readEntry(place)
    }
    return entry
  }

  /** Tells whether another process is renewing a record. A lease of this one's own, given back or not, keeps nobody here waiting. */
  isHeld({ value: { lease }, now }: TokenEntry): boolean {
    return lease !== undefined && lease.until > now && lease.owner !== this.#ports.owner
  }

  /**
   * Asked at the last moment before the token is sent: a process may have slept since.
   *
   * @throws {@link LeaseOver} when the answer might come after the lease is over.
   */
  assertSendable({ takenAt }: HeldLease): void {
    if (this.#ports.environment.monotonic() - takenAt > SENDABLE_MS) throw new LeaseOver()
  }

  /**
   * Gives the lease back without a new token. What may have been spent is left as a lease that is over. Without fail: what cannot be written runs
   * out. `false`: the record has changed meanwhile.
   */
  async release(place: TokenPlace, { entry: { value, version }, isSuspect }: HeldLease, spent: 'no' | 'maybe'): Promise<boolean> {
    const { lease, ...record } = value
    if (lease === undefined) return true
    const journal: TokenRecord = isSuspect || spent === 'maybe' ? { ...record, lease: { ...lease, until: lease.since } } : record
    return this.#write(place, version, journal).then(
      (receipt) => receipt !== undefined,
      () => true,
    )
  }

  #assertPatience(began: number): void {
    if (this.#ports.environment.monotonic() - began >= LONGEST_WAIT_MS) throw new RefreshError({ kind: 'transient' })
  }

  async #write(place: TokenPlace, version: string, record: TokenRecord) {
    try {
      return await place.store.compareAndSet(place.key, version, record, { ttl: this.#ports.ttl(place) })
    } catch (error) {
      throw new StoreError('write', { cause: plainCause(error, record.token) })
    }
  }

  /** Doubles, and differs between those who wait. */
  #pause(looks: number): number {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** looks, LONGEST_PAUSE_MS)
    const [random = 0] = this.#ports.environment.randomBytes(1)
    return pause * (0.5 + random / 512)
  }
}
