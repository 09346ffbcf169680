import type { Maybe } from '../environment.js'
import { isErrorOf } from '../error/any-oauth-error.js'
import { explain } from '../error/explain.js'
import { RefreshError } from '../error/refresh-error.js'
import { UsageError } from '../error/usage-error.js'
import { isAhead, LEEWAY, renewalMargin, secondsLeft, secondsSinceRenewal } from './freshness.js'
import { LifeCycleMemory, MAX_CHAIN } from './life-cycle-memory.js'
import { RefreshLease } from './refresh-lease.js'
import { credentialOf, type Renewal } from './renewal-memory.js'
import { RenewalOutcome } from './renewal-outcome.js'
import { isSuccessor } from './succession.js'
import { alive, latestRecord, present, readEntry, sessionDeleted, type TokenEntry } from './token-entry.js'
import { tokenHash } from './token-hash.js'
import type { TokenPlace } from './token-place.js'
import { canRenew, type TokenRecord } from './token-record.js'
import { type RenewalPorts, TokenRenewal } from './token-renewal.js'
import { TokenWriter } from './token-writer.js'

/** What the life cycle is built on. */
export interface LifeCyclePorts<How> extends RenewalPorts<How> {
  /** Seconds before its expiry that a token is renewed: 60 unless told, and never more than half of its lifetime. */
  readonly leeway?: number | undefined
  /** Work under way, where several life cycles share it because they share a store. */
  readonly memory?: LifeCycleMemory | undefined
}

/** Seconds in which a token that was just renewed is not renewed again because a resource refused it. */
const REJECTION_INTERVAL = 5
/** Seconds in which a token that was just renewed is used, whatever its lifetime says: the server may grant next to none. */
const RENEWAL_INTERVAL = 1

/**
 * What happens to a token after it was issued: served while fresh, renewed once whoever asks, stored before anybody uses it.
 *
 * One instance for each client; those on one store share their memory. All state is about work under way; the tokens are in the store. What
 * decides whether there is to be a renewal is in this class, and within a process nothing is awaited between that decision and its entry in the memory
 * of renewals. How one goes, the lease between processes included, is `TokenRenewal`'s; how records get into the store is the writer's.
 */
export class TokenLifeCycle<How = undefined> {
  readonly #ports: LifeCyclePorts<How>
  readonly #memory: LifeCycleMemory
  readonly #writer: TokenWriter
  readonly #outcome: RenewalOutcome
  readonly #lease: RefreshLease
  readonly #renewal: TokenRenewal<How>

  constructor(ports: LifeCyclePorts<How>) {
    const { environment } = ports
    this.#ports = ports
    this.#memory = ports.memory ?? new LifeCycleMemory(environment)
    this.#writer = new TokenWriter(ports, this.#memory)
    const shared = { environment, owner: this.#memory.owner, ttl: (place: TokenPlace) => this.#writer.ttl(place) }
    this.#outcome = new RenewalOutcome(shared)
    this.#lease = new RefreshLease(shared)
    const parts = { memory: this.#memory, writer: this.#writer, outcome: this.#outcome, lease: this.#lease }
    this.#renewal = new TokenRenewal(ports, parts)
  }

  /**
   * The record to use now, renewed if need be; `undefined` when there is none. Synchronous while the token is fresh and the store is.
   *
   * @throws {@link RefreshError} when the token is stale and cannot be renewed. One that is still valid is served while the server fails.
   * @throws {@link EndpointError} when the server refuses this client: nothing is lost, the configuration is wrong.
   * @throws `PersistError` when a token was issued that cannot be stored.
   */
  current(place: TokenPlace): Maybe<TokenRecord | undefined> {
    const unsaved = this.#memory.waiting(place.key)
    if (unsaved !== undefined) return this.#writer.again(place, unsaved).then(() => this.current(place))
    const entry = readEntry(place)
    return entry instanceof Promise ? entry.then((read) => this.#usable(place, read)) : this.#usable(place, entry)
  }

  /** The record as it is, stale or not. Nothing is renewed or written. */
  async peek(place: TokenPlace): Promise<TokenRecord | undefined> {
    return this.#memory.waiting(place.key)?.record ?? (await readEntry(place))?.value
  }

  /** What this process knows the token of an older record to have become. */
  newest(place: TokenPlace, old: TokenRecord): TokenRecord {
    return this.#memory.newest(place, old)
  }

  /** What has to end before the token of a record is known to be the newest: its renewal, or storing it again; `undefined` when nothing is under way. */
  pending(place: TokenPlace, record: TokenRecord): Promise<unknown> | undefined {
    const renewal = this.#memory.renewals.find(place, this.newest(place, record))
    return renewal === undefined || renewal.finishedAt !== undefined ? undefined : renewal.record.catch(() => undefined)
  }

  /** Stores what waits for it, if that works now. */
  async flush(place: TokenPlace): Promise<void> {
    const waiting = this.#memory.waiting(place.key)
    if (waiting !== undefined) await this.#writer.again(place, waiting).catch(() => undefined)
  }

  /** Renews now, whether or not the token is stale. Callers at the same moment share one request. */
  async renew(place: TokenPlace, how?: How): Promise<TokenRecord> {
    const unsaved = this.#memory.waiting(place.key)
    // What is stored by then may have been deleted elsewhere meanwhile.
    if (unsaved?.before !== undefined) return this.#writer.again(place, unsaved).then(() => latestRecord(place))
    if (unsaved !== undefined) await this.#writer.again(place, unsaved)
    const wish = JSON.stringify(how ?? {})
    for (;;) {
      const entry = await readEntry(place)
      if (entry === undefined)
        throw new UsageError(explain && 'There is no token to refresh. Call fetchToken or setToken first.', { code: 'OAUTH_MISSING_TOKEN' })
      const renewal = this.#memory.renewals.find(place, alive(entry.value))
      if (!canRenew(entry.value)) throw new RefreshError({ kind: 'terminal', reason: 'no_refresh_token' })
      if (renewal === undefined || renewal.finishedAt !== undefined || renewal.wish === wish) {
        const record = await this.#renewed(place, entry, how)
        // What another process brought is as good, unless something else was asked for here.
        if (wish === '{}' || !this.#renewal.isFromElsewhere(record)) return record
      } else {
        // It wants something else of the token, so what it brings is not what was asked for here.
        await renewal.record.catch(() => undefined)
      }
    }
  }

  /**
   * A resource answered 401 to the token with this hash. Tells whether trying again makes sense: the token was renewed, here or
   * meanwhile.
   */
  async rejected(place: TokenPlace, hash: string): Promise<boolean> {
    const entry = await readEntry(place)
    if (entry === undefined) return false
    if ((await tokenHash(this.#ports.environment, entry.value)) !== hash) return true
    if (entry.value.ended !== undefined || !canRenew(entry.value) || this.#renewedWithin(REJECTION_INTERVAL, place, entry)) return false
    try {
      await this.#renewed(place, entry)
      return true
    } catch (error) {
      // The resource's own 401 says more than "try again later"; the end of the session has to be told.
      if (isErrorOf(error, 'RefreshError') && !error.terminal) return false
      throw error
    }
  }

  /**
   * Stores the token of a new login or of a first grant, in place of whatever was there.
   *
   * @throws `PersistError` when it cannot be stored; that is tried again at the next use.
   */
  put(place: TokenPlace, record: TokenRecord): Promise<TokenRecord> {
    return this.#writer.put(place, record)
  }

  /** Forgets the token. A renewal under way will find it gone, and give its tokens back to the server, as do those that wait to be stored. */
  delete(place: TokenPlace): Promise<void> {
    return this.#writer.delete(place)
  }

  #usable(place: TokenPlace, entry: TokenEntry | undefined): Maybe<TokenRecord | undefined> {
    if (entry === undefined) return undefined
    const record = alive(entry.value)
    const left = secondsLeft(entry, this.#ports.environment.now())
    const { leeway = LEEWAY } = this.#ports
    if (left >= 2 * leeway) return record
    const margin = renewalMargin(record, leeway)
    if (left < margin && !this.#renewedWithin(RENEWAL_INTERVAL, place, entry)) return this.#renewedOrValid(place, entry)
    if (left >= margin && isAhead(record, left, margin)) this.#renewAhead(place, entry)
    return record
  }

  async #renewedOrValid(place: TokenPlace, entry: TokenEntry): Promise<TokenRecord> {
    const record = entry.value
    const began = this.#ports.environment.now()
    const left = secondsLeft(entry, began)
    const valid = () => left >= this.#ports.environment.now() - began
    if (!canRenew(record)) {
      if (valid()) return record
      throw new RefreshError({ kind: 'terminal', reason: 'no_refresh_token' })
    }
    const known = this.#known(place, record)
    // While the server is unwell, or another process asks it, nobody waits who need not.
    if (known === undefined && valid() && (this.#memory.pauses.find(place, record) !== undefined || this.#lease.isHeld(entry)))
      return record
    try {
      return await (known ?? this.#renewed(place, entry))
    } catch (error) {
      if (isTemporary(error) && valid()) return record
      throw error
    }
  }

  /** Joins the renewal of this token if there is one, under way or just finished, else begins it. */
  async #renewed(place: TokenPlace, entry: TokenEntry, how?: How): Promise<TokenRecord> {
    const known = this.#known(place, entry.value)
    if (known !== undefined) return known
    const pause = this.#memory.pauses.find(place, entry.value)
    if (pause?.retryAt !== undefined) throw new RefreshError({ kind: 'transient', retryAt: pause.retryAt }, { cause: pause.error })
    const writable = place.writable?.() ?? true
    if (writable instanceof Promise) return writable.then((known) => this.#renewedAt(place, entry, known, how))
    if (!writable) throw readOnly()
    return this.#begin(place, entry, how)
  }

  /** The same, once it is known whether the place can be written to: meanwhile somebody else may have renewed the token, or ended the session. */
  async #renewedAt(place: TokenPlace, before: TokenEntry, writable: boolean, how?: How): Promise<TokenRecord> {
    const read = readEntry(place)
    const entry = present(read instanceof Promise ? await read : read)
    if (isSuccessor(alive(entry.value), before.value)) return entry.value
    const begun = this.#known(place, entry.value)
    if (begun !== undefined) return begun
    if (!writable) throw readOnly()
    return this.#begin(place, entry, how)
  }

  /** In one step with the decision to send the refresh token. */
  #begin(place: TokenPlace, entry: TokenEntry, how?: How): Promise<TokenRecord> {
    const { renewals } = this.#memory
    const { record } = renewals.add(place, entry.value, this.#renewal.once(place, entry, how), JSON.stringify(how ?? {}))
    const forget = (brought: TokenRecord) => {
      // A login that came from elsewhere is not what this token became, and nothing was spent here.
      if (this.#renewal.isFromElsewhere(brought) && brought.previous === undefined) renewals.forget(place, entry.value)
    }
    record.then(forget, () => undefined)
    return record
  }

  /** What became, or is becoming, of the token of a record that may be old by now. Asked again after everything that was awaited. */
  #known(place: TokenPlace, old: TokenRecord): Promise<TokenRecord> | undefined {
    const unsaved = this.#memory.waiting(place.key)
    const isIt = unsaved !== undefined && credentialOf(unsaved.record) === credentialOf(old)
    if (unsaved?.before !== undefined && (isIt || this.#memory.newest(place, old) === unsaved.record))
      return this.#outcome.adopt(place, old, this.#writer.again(place, unsaved))
    // A login waits, or what came of the token before another login. Where the very token is put there again, that is no renewal of it.
    if (unsaved !== undefined && !isIt)
      return this.#writer.again(place, unsaved).then(() => this.#after(place, old, (entry) => this.#renewed(place, entry)))
    const renewal = this.#renewalOf(place, old)
    if (renewal === undefined) return undefined
    if (renewal.finishedAt === undefined && renewal.store === place.store) return renewal.record
    // What it brought waits no more: another login, or a logout, came over it. The token that it was made from is spent all the same.
    if (renewal.dropped) return this.#after(place, old, () => Promise.reject(sessionDeleted()))
    return this.#outcome.adopt(place, old, renewal.record)
  }

  /** What is there after a login, or after whatever came over it; `unchanged` says what to do where the token before still is. */
  async #after(place: TokenPlace, old: TokenRecord, unchanged: (entry: TokenEntry) => Maybe<TokenRecord>): Promise<TokenRecord> {
    const entry = present(await readEntry(place))
    return credentialOf(alive(entry.value)) === credentialOf(old) ? unchanged(entry) : entry.value
  }

  /** The last of the renewals that began with this token, each with what the one before brought. */
  #renewalOf(place: TokenPlace, old: TokenRecord): Renewal | undefined {
    const { renewals } = this.#memory
    let renewal = renewals.find(place, old)
    for (let step = 0; step < MAX_CHAIN && renewal?.brought?.token.refresh_token !== undefined; step++) {
      const next = renewals.find(place, renewal.brought)
      if (next === undefined || next === renewal) return renewal
      renewal = next
    }
    return renewal
  }

  /** Renews without anybody waiting. Whoever finds the token stale later sees what failed. */
  #renewAhead(place: TokenPlace, entry: TokenEntry): void {
    const isBusy = this.#memory.pauses.find(place, entry.value) !== undefined || this.#lease.isHeld(entry)
    if (!isBusy) this.#renewed(place, entry).catch(() => undefined)
  }

  /** Tells whether a token was renewed that lately: here, by this process's clock, or anywhere, by the store's. */
  #renewedWithin(seconds: number, place: TokenPlace, entry: TokenEntry): boolean {
    const age = this.#memory.renewals.age(place, entry.value)
    return (age !== undefined && age < seconds * 1000) || (secondsSinceRenewal(entry) ?? seconds) < seconds
  }
}

/** Tells whether the token at hand is as good as before the attempt to renew it: nothing was issued, and nothing is over. */
function isTemporary(error: unknown): boolean {
  return !(isErrorOf(error, 'PersistError') || (isErrorOf(error, 'RefreshError') && error.terminal))
}

function readOnly(): UsageError {
  return new UsageError(
    explain &&
      'The token needs to be renewed, but the new one could not be kept: the response headers are already sent, or cookies cannot be set here. Call the API before the response begins, before you stream.',
    { code: 'OAUTH_SESSION_READ_ONLY' },
  )
}
