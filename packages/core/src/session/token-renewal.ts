import type { Maybe } from '../environment.js'
import { RefreshError, type TerminalReason } from '../error/refresh-error.js'
import type { TokenSet } from '../message/token-set.js'
import { tell } from './life-cycle-events.js'
import type { LifeCycleMemory } from './life-cycle-memory.js'
import { type HeldLease, LeaseOver, type RefreshLease } from './refresh-lease.js'
import { isUnsent, renewalFailure } from './renewal-failure.js'
import { credentialOf } from './renewal-memory.js'
import type { RenewalOutcome } from './renewal-outcome.js'
import { alive, present, readEntry, type TokenEntry } from './token-entry.js'
import type { TokenPlace } from './token-place.js'
import type { TokenRecord } from './token-record.js'
import type { TokenWriter, WriterPorts } from './token-writer.js'

/** What a renewal is built on. */
export interface RenewalPorts<How> extends WriterPorts {
  /**
   * Asks the server for a new token, once. `how` is what the caller of `renew` wants different; `sending` is called at the last moment before the
   * token is sent, and throws when it is too late for that.
   */
  renew(record: TokenRecord, how: How | undefined, sending: () => void): Promise<TokenSet>
}

/** What a renewal works with, shared with the life cycle. */
export interface RenewalParts {
  readonly memory: LifeCycleMemory
  readonly writer: TokenWriter
  readonly outcome: RenewalOutcome
  readonly lease: RefreshLease
}

/** How often it is tried to write down that a token is over, when somebody else writes each time. */
const MAX_ENDINGS = 10
/** How often a lease is taken for one renewal, when each runs out before the request is sent. */
const MAX_LEASES = 3

/**
 * One renewal: the lease where other processes may renew too, the request, and what becomes of its answer or its failure. Whether there is to be one
 * is the life cycle's to decide.
 */
export class TokenRenewal<How> {
  readonly #ports: RenewalPorts<How>
  readonly #parts: RenewalParts
  /** Records that other processes have brought. */
  readonly #fromElsewhere = new WeakSet<TokenRecord>()

  constructor(ports: RenewalPorts<How>, parts: RenewalParts) {
    this.#ports = ports
    this.#parts = parts
  }

  /** Tells whether a record that a renewal gave was brought by another process. */
  isFromElsewhere(record: TokenRecord): boolean {
    return this.#fromElsewhere.has(record)
  }

  /**
   * Renews the token of the entry that was found, or gives what another process has put in its place.
   *
   * @throws {@link RefreshError} @throws {@link PersistError} and what the server says to the client itself.
   */
  async once(place: TokenPlace, found: TokenEntry, how?: How): Promise<TokenRecord> {
    const { memory, writer, lease } = this.#parts
    const begun = memory.now
    for (let leases = 1; ; leases++) {
      const held = await this.#held(place, found)
      if (!('entry' in held)) {
        this.#fromElsewhere.add(held)
        return held
      }
      let token: TokenSet
      try {
        token = await this.#sendOnce(held, how)
      } catch (error) {
        if (!(error instanceof LeaseOver)) return this.#failed(place, held, error)
        // Nothing was sent. What took so long, the server's metadata say, is known by now.
        await lease.release(place, held, 'no')
        if (leases < MAX_LEASES) continue
        throw new RefreshError({ kind: 'transient' })
      }
      memory.renewals.spent(place, found.value)
      memory.lostAnswers.delete(place.key)
      memory.pauses.delete(place, found.value)
      return writer.renewed(place, held, { token, begun })
    }
  }

  /** The lease of a record, where other processes may renew it too; or what they have put in its place. */
  #held(place: TokenPlace, found: TokenEntry): Maybe<HeldLease | TokenRecord> {
    const { memory, lease } = this.#parts
    if (place.store.local !== true) return lease.take(place, found)
    const isSuspect = memory.lostAnswers.get(place.key) === credentialOf(found.value)
    return { entry: found, isSuspect, takenAt: Number.POSITIVE_INFINITY }
  }

  /** A request that broke before any of it was sent is made once more. There is no other ground to repeat one. */
  async #sendOnce(held: HeldLease, how?: How): Promise<TokenSet> {
    const send = () => this.#ports.renew(held.entry.value, how, () => this.#parts.lease.assertSendable(held))
    try {
      return await send()
    } catch (error) {
      if (isUnsent(error)) return send()
      throw error
    }
  }

  /** Decides what a failed renewal means: somebody was faster, the end, or a matter of time. */
  async #failed(place: TokenPlace, held: HeldLease, error: unknown): Promise<TokenRecord> {
    const { environment } = this.#ports
    const { memory, outcome, lease } = this.#parts
    const { value: record, version } = held.entry
    const hasRefreshToken = record.token.refresh_token !== undefined
    const failure = renewalFailure(error, hasRefreshToken ? 'refresh token' : 'nothing')
    if (failure.kind !== 'terminal') {
      tell(environment, 'refresh-failed', place, record)
      const isLost = failure.kind === 'transient' && failure.answerLost && hasRefreshToken
      const isReleased = await lease.release(place, held, isLost ? 'maybe' : 'no')
      if (failure.kind === 'other') throw error
      const retryAt = memory.pauses.add(place, record, error)
      // Others have taken the lease over meanwhile: what came of that is more than this failure.
      const latest = isReleased ? undefined : present(await lease.free(place, await readEntry(place))).value
      if (latest !== undefined && (latest.ended !== undefined || credentialOf(latest) !== credentialOf(record))) return alive(latest)
      if (failure.kind === 'refused') throw error
      if (isLost) memory.lostAnswers.set(place.key, credentialOf(record))
      throw new RefreshError({ kind: 'transient', retryAt }, { cause: error })
    }
    let reason: TerminalReason = failure.reason
    for (let endings = 1; endings <= MAX_ENDINGS; endings++) {
      const latest = present(await lease.free(place, await readEntry(place)))
      const isOther = latest.version !== version
      if (isOther && credentialOf(latest.value) !== credentialOf(record)) return alive(latest.value)
      // Another version of the same token: its lease was taken over, by somebody who may have spent it.
      if (reason === 'invalid_grant' && (held.isSuspect || isOther)) reason = 'refresh_answer_lost'
      if (await outcome.end(place, latest, reason)) break
    }
    memory.lostAnswers.delete(place.key)
    tell(environment, 'ended', place, record, reason)
    throw new RefreshError({ kind: 'terminal', reason }, { cause: error })
  }
}
