import type { Environment, Maybe } from '../environment.js'
import { PersistError } from '../error/persist-error.js'
import type { RefreshError } from '../error/refresh-error.js'
import { StoreError } from '../error/store-error.js'
import type { TokenSet } from '../message/token-set.js'
import { tell } from './life-cycle-events.js'
import type { LifeCycleMemory } from './life-cycle-memory.js'
import { plainCause } from './plain-cause.js'
import { isSpentFor, predecessors } from './predecessors.js'
import type { HeldLease } from './refresh-lease.js'
import { credentialOf } from './renewal-memory.js'
import { hasSpent, isReplacedBy, newerThan, over, replaced } from './succession.js'
import { alive, latestRecord, readEntry, sessionDeleted, type TokenEntry } from './token-entry.js'
import type { TokenPlace } from './token-place.js'
import { type TokenRecord, unleased } from './token-record.js'
import type { Unsaved } from './unsaved.js'
import type { ReplacedToken } from './update-token.js'

/** What a writer is built on. */
export interface WriterPorts {
  readonly environment: Environment
  /** Tells the server that tokens which nobody will use are no longer needed. Failing is no harm. */
  revoke?(token: TokenSet): Promise<void>
  /** Told of each renewed token once it is stored, and awaited. `record` says whose it is. */
  readonly updateToken?: ((token: TokenSet, old: ReplacedToken, record: TokenRecord) => Maybe<void>) | undefined
  /** Seconds that a stored record is kept without being written. */
  readonly ttl?: number | undefined
}

/** Seconds that a record is kept without being written: a year. A token that does not expire, or a job that runs each quarter, writes seldom. */
const RECORD_TTL = 31_536_000

/** Milliseconds after which a write that failed is tried again, while the lease keeps others from spending the old token. */
const RETRIES_MS = [100, 400, 1500] as const

/**
 * Brings records into their stores, so that nothing that was issued is lost, nothing older comes over something newer, and what was deleted
 * stays deleted. Never asks the server for a token.
 */
export class TokenWriter {
  readonly #ports: WriterPorts
  readonly #memory: LifeCycleMemory

  constructor(ports: WriterPorts, memory: LifeCycleMemory) {
    this.#ports = ports
    this.#memory = memory
  }

  /**
   * Stores the token of a new login or of a first grant, in place of whatever was there. Gives what is stored: where the token is one that this
   * process has spent, as when an application puts it back from a database that is behind, it is what became of it.
   *
   * @throws {@link PersistError} when it cannot be stored; that is tried again at the next use.
   */
  put(place: TokenPlace, record: TokenRecord): Promise<TokenRecord> {
    const { unsaved, logins, lostAnswers, renewals } = this.#memory
    const waiting = unsaved.get(place.key)
    if (waiting !== undefined && hasSpent(waiting, record)) return this.again(place, waiting)
    const renewal = renewals.find(place, record)
    const isOfUse = renewal?.brought !== undefined && credentialOf(renewal.brought) !== credentialOf(record)
    // One that failed for good, or spent nothing, has no say in a new login with the same refresh token.
    if (renewal?.finishedAt !== undefined && !isOfUse) renewals.forget(place, record)
    const newest = this.#memory.newest(place, record)
    // The same token again, or one that it was made from, is no other login: a renewal of it that is under way goes on.
    if (newest === record && (renewal === undefined || renewal.finishedAt !== undefined)) this.#memory.changed(place.key, 'login')
    const login: Unsaved = { record: newest, begun: this.#memory.now, stored: false }
    lostAnswers.delete(place.key)
    logins.set(place.key, login)
    // An earlier login waits no more; who would have waited for it waits for this one.
    if (waiting !== undefined && waiting.before === undefined) this.#memory.keep(place, login)
    return this.#saving(login, () => this.#putOver(place, login))
  }

  /** Forgets the token. A renewal under way will find it gone, and give its tokens back to the server, as do those that wait to be stored. */
  async delete(place: TokenPlace): Promise<void> {
    const unsaved = this.#memory.unsaved.get(place.key)
    this.#memory.unsaved.delete(place.key)
    this.#memory.logins.delete(place.key)
    this.#memory.lostAnswers.delete(place.key)
    this.#memory.changed(place.key, 'logout')
    try {
      await place.store.delete(place.key)
    } catch (error) {
      throw new StoreError('delete', { cause: plainCause(error) })
    } finally {
      if (unsaved !== undefined) await this.#giveBack(unsaved.record)
    }
  }

  /**
   * Stores what a renewal brought, in place of the entry that it was made from. A login that came meanwhile has the say, and the new tokens are
   * given back.
   *
   * @throws {@link PersistError}
   */
  async renewed(
    place: TokenPlace,
    { entry: { value: before, version, now }, takenAt }: HeldLease,
    { token, begun }: { readonly token: TokenSet; readonly begun: number },
  ): Promise<TokenRecord> {
    const { lease } = before
    const renewedAt = now + (this.#ports.environment.monotonic() - takenAt) / 1000
    // Who comes with the spent token within the grace gets the new one, from whatever process.
    const previous = lease && { previous: predecessors(before, lease.refreshHash, renewedAt) }
    const record = { ...unleased(before), token, generation: before.generation + 1, ...previous }
    const unsaved: Unsaved = { record, before, begun, stored: false }
    const { logins } = this.#memory
    const login = logins.get(place.key)
    if (login !== undefined) {
      const isSame = credentialOf(this.#memory.newest(place, login.record)) === credentialOf(before)
      const isOther = !isSame && !(await isSpentFor(this.#ports.environment, { value: before, version, now }, login.record))
      if (isOther) return this.#yielded(place, login, { record, before })
      // That token again, or what it was renewed from itself: what it became is the session's token now.
      logins.delete(place.key)
      this.#memory.settled(place, login)
    }
    if (place.store.local !== true) return this.#saveSoon(place, version, unsaved)
    // In the store it can be read before its write was answered, or the application told of it: who comes meanwhile waits.
    this.#memory.keep(place, unsaved)
    return this.#saving(unsaved, () => this.#save(place, version, unsaved))
  }

  /** A login that came while the token was renewed has the say. What was renewed is given back once the login is stored, and not before. */
  async #yielded(
    place: TokenPlace,
    login: Unsaved,
    { record, before }: { record: TokenRecord; before: TokenRecord },
  ): Promise<TokenRecord> {
    await this.again(place, login).finally(() => this.#giveBack(record, login.record))
    const latest = await latestRecord(place)
    const isOver = credentialOf(latest) === credentialOf(before) || this.#memory.isLoggedOut(place, login)
    if (isOver) throw sessionDeleted()
    return latest
  }

  /**
   * Stores a renewed record where others wait for it, and tries again while their patience lasts: once the lease is over, they can only send the
   * spent token.
   */
  async #saveSoon(place: TokenPlace, version: string, unsaved: Unsaved): Promise<TokenRecord> {
    this.#memory.keep(place, unsaved)
    let saving = this.#saving(unsaved, () => this.#save(place, version, unsaved))
    for (const ms of RETRIES_MS) {
      try {
        return await saving
      } catch (error) {
        if (unsaved.stored || this.#memory.unsaved.get(place.key) !== unsaved) throw error
        await this.#ports.environment.sleep(ms)
        if (this.#memory.unsaved.get(place.key) !== unsaved) throw this.#memory.isLoggedOut(place, unsaved) ? sessionDeleted() : error
        saving = this.again(place, unsaved)
      }
    }
    return saving.catch((error: unknown) => {
      throw error instanceof StoreError ? new PersistError(unsaved.record.token, { cause: error }) : error
    })
  }

  /** Stores a renewed record, then tells the application. What fails is kept for the next use. */
  async #save(place: TokenPlace, expected: string, unsaved: Unsaved): Promise<TokenRecord> {
    const { record, before } = unsaved
    try {
      unsaved.stored ||= (await place.store.compareAndSet(place.key, expected, record, { ttl: this.ttl(place) })) !== undefined
      if (unsaved.stored && before !== undefined) await this.#ports.updateToken?.(record.token, replaced(before), record)
    } catch (error) {
      throw await this.#notSaved(place, unsaved, error)
    }
    if (!unsaved.stored) return this.#overtaken(place, unsaved)
    this.#memory.settled(place, unsaved)
    tell(this.#ports.environment, 'refreshed', place, record)
    return record
  }

  /** Tries to store again what could not be stored, against the store as it is now. Never asks the server again. */
  again(place: TokenPlace, unsaved: Unsaved): Promise<TokenRecord> {
    const { before } = unsaved
    return this.#saving(unsaved, () => (before === undefined ? this.#putOver(place, unsaved) : this.#saveOver(place, unsaved, before)))
  }

  /** At most one attempt at a time, shared by all who need it. */
  #saving(unsaved: Unsaved, attempt: () => Promise<TokenRecord>): Promise<TokenRecord> {
    unsaved.saving ??= attempt().finally(() => {
      unsaved.saving = undefined
    })
    return unsaved.saving
  }

  async #saveOver(place: TokenPlace, unsaved: Unsaved, before: TokenRecord): Promise<TokenRecord> {
    const latest = await readEntry(place)
    // A write that reported failure may have been made.
    const isOurs = latest?.value.token.access_token === unsaved.record.token.access_token
    if (latest === undefined || !(isOurs || isReplacedBy(latest.value, unsaved))) {
      return this.#memory.renewals.add(place, before, this.#overtaken(place, unsaved)).record
    }
    unsaved.stored ||= isOurs
    const saved = this.#save(place, latest.version, unsaved.stored ? unsaved : newerThan(latest.value, unsaved))
    // Who still holds the token before this one finds its renewal again.
    return this.#memory.renewals.add(place, before, saved).record
  }

  async #putOver(place: TokenPlace, login: Unsaved): Promise<TokenRecord> {
    const { logins, unsaved } = this.#memory
    try {
      for (;;) {
        const entry = await readEntry(place)
        const version = entry?.version ?? null
        // A later login, or a logout, wins however the store orders our writes.
        const last = logins.get(place.key)
        if (last !== login) {
          this.#memory.settled(place, login)
          // Its renewal is on its way into the store.
          const renewed = unsaved.get(place.key)
          if (last === undefined && renewed?.before !== undefined && this.#memory.newest(place, login.record) === renewed.record)
            return await this.again(place, renewed)
          return await (last?.saving?.catch(() => login.record) ?? this.#memory.newest(place, login.record))
        }
        const found = entry === undefined ? null : credentialOf(entry.value)
        // Tried again: it was written after all, or somebody has written or deleted since, who wins. A lease is no sign of that.
        if (login.found !== undefined && login.found !== found) {
          login.record = entry?.value ?? login.record
          break
        }
        login.record = this.#memory.newest(place, login.record)
        login.found = found
        if (entry !== undefined && (await isSpentFor(this.#ports.environment, entry, login.record))) {
          login.record = entry.value
          break
        }
        const record = entry === undefined ? login.record : over(entry.value, login.record)
        const receipt = await place.store.compareAndSet(place.key, version, record, { ttl: this.ttl(place) })
        if (receipt === undefined) {
          // Over a renewal a login comes all the same, unless it is of the token that was renewed.
          if (found !== credentialOf(login.record)) login.found = undefined
          continue
        }
        // Logged out while it was written: what was written last goes too.
        if (!logins.has(place.key) && this.#memory.isLoggedOut(place, login)) await place.store.delete(place.key, receipt.version)
        // A renewal may have begun while this waited for the store, and is to know that its own token was replaced.
        if (logins.get(place.key) === login && found !== credentialOf(login.record)) this.#memory.changed(place.key, 'login')
        break
      }
    } catch (error) {
      throw await this.#notSaved(place, login, error)
    }
    if (logins.get(place.key) === login) {
      // What waited to be stored until now belongs to the login before.
      const waiting = unsaved.get(place.key)
      logins.delete(place.key)
      // It was made from the very token that is put there again.
      if (waiting !== undefined && hasSpent(waiting, login.record)) return this.again(place, waiting)
      // Or it is that token itself, whose own write is under way.
      if (waiting?.before !== undefined && credentialOf(waiting.record) === credentialOf(login.record)) return login.record
      unsaved.delete(place.key)
      if (waiting?.before !== undefined) await this.#giveBack(waiting.record, login.record)
    }
    return login.record
  }

  /** The store changed while the token was renewed. Who wrote there wins; a deleted session stays deleted, and its new tokens are given back. */
  async #overtaken(place: TokenPlace, unsaved: Unsaved): Promise<TokenRecord> {
    const { record } = unsaved
    let latest: TokenEntry | undefined
    try {
      latest = await readEntry(place)
    } catch (error) {
      throw await this.#notSaved(place, unsaved, error)
    }
    // Until here it waits, for those who come meanwhile.
    if (latest !== undefined && isReplacedBy(latest.value, unsaved))
      return this.#save(place, latest.version, newerThan(latest.value, unsaved))
    this.#memory.settled(place, unsaved)
    if (latest === undefined) {
      await this.#giveBack(record)
      tell(this.#ports.environment, 'ended', place, record, 'session_deleted')
      throw sessionDeleted()
    }
    // Another login is there, to which these tokens do not belong; or nobody waits for them any more.
    const isOver = latest.value.ended !== undefined
    if (isOver || this.#memory.changedSince(place.key, unsaved.begun ?? 0)) await this.#giveBack(record, latest.value)
    return alive(latest.value)
  }

  /** Revokes what nobody will use, unless it is what stays: a server may hand out the same token twice. */
  async #giveBack({ token }: TokenRecord, kept?: TokenRecord): Promise<void> {
    const value = token.refresh_token ?? token.access_token
    if (kept !== undefined && (value === credentialOf(kept) || token.access_token === kept.token.access_token)) return
    await this.#ports.revoke?.(token).catch(() => undefined)
  }

  async #notSaved(place: TokenPlace, unsaved: Unsaved, error: unknown): Promise<PersistError<TokenSet> | RefreshError> {
    const { record, before } = unsaved
    tell(this.#ports.environment, 'persist-failed', place, record)
    if (before !== undefined && this.#memory.isLoggedOut(place, unsaved)) {
      this.#memory.settled(place, unsaved)
      await this.#giveBack(record)
      return sessionDeleted()
    }
    if (this.#memory.isWanted(place, unsaved)) this.#memory.keep(place, unsaved)
    return new PersistError(record.token, {
      cause: plainCause(error instanceof StoreError ? error.cause : error, record.token, before?.token),
    })
  }

  /** Seconds that a record is kept. */
  ttl({ ttl = this.#ports.ttl ?? RECORD_TTL }: TokenPlace): number {
    return ttl
  }
}
