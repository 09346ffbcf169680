import type { Environment, Maybe } from '../environment.js'
import { PersistError } from '../error/persist-error.js'
import { RefreshError, type TerminalReason } from '../error/refresh-error.js'
import { StoreError } from '../error/store-error.js'
import { UsageError } from '../error/usage-error.js'
import { type Cache, createCache } from '../flow/cache.js'
import { isExpired, wholeSeconds } from '../message/expiry.js'
import type { TokenSet } from '../message/token-set.js'
import { plainCause } from './plain-cause.js'
import { isUnsent, renewalFailure } from './renewal-failure.js'
import { credentialOf, type RenewalMemory, renewalMemory } from './renewal-memory.js'
import { type ServerPauses, serverPauses } from './server-pauses.js'
import type { StoreEntry } from './store.js'
import { tokenHash } from './token-hash.js'
import type { TokenPlace } from './token-place.js'
import type { TokenRecord } from './token-record.js'
import type { ReplacedToken } from './update-token.js'

/** What the life cycle is built on. */
export interface LifeCyclePorts<How> {
  readonly environment: Environment
  /** Asks the server for a new token, once. `how` is what the caller of `renew` wants different. */
  renew(record: TokenRecord, how?: How): Promise<TokenSet>
  /** Tells the server that tokens which nobody will use are no longer needed. Failing is no harm. */
  revoke?(token: TokenSet): Promise<void>
  /** Told of each renewed token once it is stored, and awaited. `record` says whose it is. */
  readonly updateToken?: ((token: TokenSet, old: ReplacedToken, record: TokenRecord) => Maybe<void>) | undefined
  /** Seconds before its expiry that a token is renewed: 60 unless told, and never more than half of its lifetime. */
  readonly leeway?: number | undefined
  /** Seconds that a stored record is kept without being written. */
  readonly ttl?: number | undefined
  /** Work under way, where several life cycles share it because they share a store. */
  readonly memory?: LifeCycleMemory | undefined
}

/** What a process knows of renewals and writes that are under way, or were a moment ago. */
export interface LifeCycleMemory {
  readonly renewals: RenewalMemory
  readonly unsaved: Map<string, Unsaved>
  readonly logins: Map<string, Unsaved>
  readonly lostAnswers: Cache<string>
  readonly pauses: ServerPauses
}

/** Seconds before expiry that a token counts as stale. */
const LEEWAY = 60
/** Seconds that a record is kept without being written: a year. A token that does not expire, or a job that runs each quarter, writes seldom. */
const RECORD_TTL = 31_536_000
/** Milliseconds in which a token that was just renewed is not renewed again because a resource refused it. */
const REJECTION_INTERVAL_MS = 5_000
/** Milliseconds in which a token that was just renewed is used, whatever its lifetime says: the server may grant next to none. */
const RENEWAL_INTERVAL_MS = 1_000

type Entry = StoreEntry<TokenRecord>

/** A record that is not safely stored, and what is left to do. */
export interface Unsaved {
  readonly record: TokenRecord
  /** What was renewed; absent for the token of a login. */
  readonly before?: TokenRecord
  stored: boolean
  /** For a login: the version that it was to replace, once that was read. */
  expected?: string | null
  saving?: Promise<TokenRecord> | undefined
}

/** Makes a memory of nothing. */
export function lifeCycleMemory(environment: Pick<Environment, 'monotonic' | 'now'>): LifeCycleMemory {
  return {
    renewals: renewalMemory(environment),
    unsaved: new Map(),
    logins: new Map(),
    lostAnswers: createCache(),
    pauses: serverPauses(environment),
  }
}

/**
 * What happens to a token after it was issued: served while fresh, renewed once whoever asks, stored before anybody uses it.
 *
 * One instance for each client; those on one store share their memory. All state is about work under way; the tokens are in the store. Everything that decides
 * whether a refresh token is sent is in this class, and between that decision and its entry in the memory of renewals nothing is awaited.
 */
export class TokenLifeCycle<How = undefined> {
  readonly #ports: LifeCyclePorts<How>
  readonly #renewals: RenewalMemory
  readonly #unsaved: Map<string, Unsaved>
  /** The last login of each key, until it is stored or deleted. */
  readonly #logins: Map<string, Unsaved>
  /** Refresh tokens, by key, whose answer was lost: the server may have rotated them. */
  readonly #lostAnswers: Cache<string>
  /** Servers that were not well a moment ago. */
  readonly #pauses: ServerPauses

  constructor(ports: LifeCyclePorts<How>) {
    this.#ports = ports
    const { renewals, unsaved, logins, lostAnswers, pauses } = ports.memory ?? lifeCycleMemory(ports.environment)
    this.#renewals = renewals
    this.#unsaved = unsaved
    this.#logins = logins
    this.#lostAnswers = lostAnswers
    this.#pauses = pauses
  }

  /**
   * The record to use now, renewed if need be; `undefined` when there is none. Synchronous while the token is fresh and the store is.
   *
   * @throws {@link RefreshError} when the token is stale and cannot be renewed. One that is still valid is served while the server fails.
   * @throws {@link EndpointError} when the server refuses this client: nothing is lost, the configuration is wrong.
   * @throws {@link PersistError} when a token was issued that cannot be stored.
   */
  current(place: TokenPlace): Maybe<TokenRecord | undefined> {
    const unsaved = this.#unsaved.size === 0 ? undefined : this.#unsaved.get(place.key)
    if (unsaved !== undefined) return this.#saveAgain(place, unsaved).then(() => this.current(place))
    const entry = this.#read(place)
    return entry instanceof Promise ? entry.then((read) => this.#usable(place, read)) : this.#usable(place, entry)
  }

  /** The record as it is, stale or not. Nothing is renewed or written. */
  async peek(place: TokenPlace): Promise<TokenRecord | undefined> {
    return this.#unsaved.get(place.key)?.record ?? (await this.#read(place))?.value
  }

  /** What this process knows the token of an older record to have become: a copy of the record may be what the caller has. */
  newest(place: TokenPlace, old: TokenRecord): TokenRecord {
    const later = this.#unsaved.get(place.key)?.record ?? this.#renewals.find(place, old)?.brought
    return later === undefined || later.generation <= old.generation ? old : this.newest(place, later)
  }

  /** Renews now, whether or not the token is stale. Callers at the same moment share one request. */
  async renew(place: TokenPlace, how?: How): Promise<TokenRecord> {
    const unsaved = this.#unsaved.get(place.key)
    if (unsaved?.before !== undefined) return this.#saveAgain(place, unsaved)
    if (unsaved !== undefined) await this.#saveAgain(place, unsaved)
    const entry = await this.#read(place)
    if (entry === undefined)
      throw new UsageError('There is no token to refresh. Call fetchToken or setToken first.', { code: 'OAUTH_MISSING_TOKEN' })
    assertAlive(entry.value)
    if (!canRenew(entry.value)) throw new RefreshError({ kind: 'terminal', reason: 'no_refresh_token' })
    return this.#renewed(place, entry, how)
  }

  /**
   * A resource answered 401 to the token with this hash. Tells whether trying again makes sense: the token was renewed, here or
   * meanwhile.
   */
  async rejected(place: TokenPlace, hash: string): Promise<boolean> {
    const entry = await this.#read(place)
    if (entry === undefined) return false
    if ((await tokenHash(this.#ports.environment, entry.value)) !== hash) return true
    if (entry.value.ended !== undefined || !canRenew(entry.value) || this.#renewedWithin(REJECTION_INTERVAL_MS, place, entry.value))
      return false
    try {
      await this.#renewed(place, entry)
      return true
    } catch (error) {
      // The resource's own 401 says more than "try again later"; the end of the session has to be told.
      if (error instanceof RefreshError && !error.terminal) return false
      throw error
    }
  }

  /**
   * Stores the token of a new login or of a first grant, in place of whatever was there.
   *
   * @throws {@link PersistError} when it cannot be stored; that is tried again at the next use.
   */
  async put(place: TokenPlace, record: TokenRecord): Promise<void> {
    const login: Unsaved = { record, stored: false }
    this.#lostAnswers.delete(place.key)
    this.#logins.set(place.key, login)
    await this.#putOver(place, login)
  }

  /** Forgets the token. A renewal under way will find it gone, and give its tokens back to the server, as do those that wait to be stored. */
  async delete(place: TokenPlace): Promise<void> {
    const unsaved = this.#unsaved.get(place.key)
    this.#unsaved.delete(place.key)
    this.#logins.delete(place.key)
    this.#lostAnswers.delete(place.key)
    try {
      await place.store.delete(place.key)
    } catch (error) {
      throw new StoreError('delete', { cause: plainCause(error) })
    } finally {
      if (unsaved !== undefined) await this.#giveBack(unsaved.record)
    }
  }

  #usable(place: TokenPlace, entry: Entry | undefined): Maybe<TokenRecord | undefined> {
    if (entry === undefined) return undefined
    assertAlive(entry.value)
    return this.#isStale(place, entry.value) ? this.#renewedOrValid(place, entry) : entry.value
  }

  async #renewedOrValid(place: TokenPlace, entry: Entry): Promise<TokenRecord> {
    const record = entry.value
    const valid = () => !isExpired(record.token, this.#ports.environment.now())
    if (!canRenew(record)) {
      if (valid()) return record
      throw new RefreshError({ kind: 'terminal', reason: 'no_refresh_token' })
    }
    // While the server is unwell nobody waits for it who need not.
    if (valid() && this.#pauses.find(record.issuer) !== undefined && this.#known(place, record) === undefined) return record
    try {
      return await this.#renewed(place, entry)
    } catch (error) {
      if (isTemporary(error) && valid()) return record
      throw error
    }
  }

  /** Joins the renewal of this token if there is one, under way or just finished, else begins it. */
  async #renewed(place: TokenPlace, entry: Entry, how?: How): Promise<TokenRecord> {
    const known = this.#known(place, entry.value)
    if (known !== undefined) return known
    const pause = this.#pauses.find(entry.value.issuer)
    if (pause?.retryAt !== undefined) throw new RefreshError({ kind: 'transient', retryAt: pause.retryAt }, { cause: pause.error })
    if (place.writable !== undefined) {
      const writable = await place.writable()
      // Somebody else may have begun while we asked.
      const begun = this.#known(place, entry.value)
      if (begun !== undefined) return begun
      if (!writable) throw readOnly()
    }
    return this.#renewals.add(place, entry.value, this.#renewOnce(place, entry, how)).record
  }

  /** What became, or is becoming, of the token of a record that may be old by now. Asked again after everything that was awaited. */
  #known(place: TokenPlace, old: TokenRecord): Promise<TokenRecord> | undefined {
    const unsaved = this.#unsaved.get(place.key)
    if (unsaved !== undefined) return this.#adopted(place, old, this.#saveAgain(place, unsaved))
    const renewal = this.#renewals.find(place, old)
    if (renewal === undefined) return undefined
    if (renewal.finishedAt === undefined && renewal.store === place.store) return renewal.record
    // What it brought waits no more: another login, or a logout, came over it.
    if (renewal.dropped) return this.#latest(place)
    return this.#adopted(place, old, renewal.record)
  }

  async #renewOnce(place: TokenPlace, { value: before, version }: Entry, how?: How): Promise<TokenRecord> {
    let token: TokenSet
    try {
      token = await this.#sendOnce(before, how)
    } catch (error) {
      return this.#failed(place, { record: before, version, error })
    }
    this.#lostAnswers.delete(place.key)
    this.#pauses.delete(before.issuer)
    const unsaved: Unsaved = { record: { ...before, token, generation: before.generation + 1 }, before, stored: false }
    if (this.#ports.updateToken === undefined) return this.#save(place, version, unsaved)
    // In the store it can be read before the application has been told of it: who comes meanwhile waits.
    this.#unsaved.set(place.key, unsaved)
    return this.#saving(unsaved, () => this.#save(place, version, unsaved))
  }

  /** A request that broke before any of it was sent is made once more. There is no other ground to repeat one. */
  async #sendOnce(record: TokenRecord, how?: How): Promise<TokenSet> {
    try {
      return await this.#ports.renew(record, how)
    } catch (error) {
      if (isUnsent(error)) return this.#ports.renew(record, how)
      throw error
    }
  }

  /** Decides what a failed renewal means: somebody was faster, the end, or a matter of time. */
  async #failed(place: TokenPlace, attempt: { record: TokenRecord; version: string; error: unknown }): Promise<TokenRecord> {
    const { record, version, error } = attempt
    const failure = renewalFailure(error)
    if (failure.kind === 'other') throw error
    if (failure.kind !== 'terminal') {
      const { retryAt } = this.#pauses.add(record.issuer, error)
      this.#tell('refresh-failed', place, record)
      if (failure.kind === 'refused') throw error
      if (failure.answerLost && record.token.refresh_token !== undefined) this.#lostAnswers.set(place.key, record.token.refresh_token)
      throw new RefreshError({ kind: 'transient', retryAt }, { cause: error })
    }
    const latest = await this.#read(place)
    if (latest === undefined) throw new RefreshError({ kind: 'terminal', reason: 'session_deleted' })
    if (latest.version !== version && credentialOf(latest.value) !== credentialOf(record)) return alive(latest.value)
    const lost = failure.reason === 'invalid_grant' && this.#lostAnswers.get(place.key) === record.token.refresh_token
    const reason = lost ? 'refresh_answer_lost' : failure.reason
    if (!(await this.#end(place, latest, reason))) return this.#failed(place, attempt)
    this.#lostAnswers.delete(place.key)
    this.#tell('ended', place, record)
    throw new RefreshError({ kind: 'terminal', reason }, { cause: error })
  }

  /** Writes down that it is over and drops the refresh token, so that it is never sent again. `false`: the record has changed meanwhile. */
  async #end(place: TokenPlace, { value: record, version }: Entry, reason: TerminalReason): Promise<boolean> {
    const { refresh_token: _dead, ...token } = record.token
    const ended = { ...record, token, ended: { reason, at: Math.floor(this.#ports.environment.now()) } } as TokenRecord
    try {
      return (await place.store.compareAndSet(place.key, version, ended, { ttl: this.#ttl })) !== undefined
    } catch {
      // The refresh token stays in the store; the server refuses it all the same, and the next renewal ends here again.
      return true
    }
  }

  /** Stores a renewed record, then tells the application. What fails is kept for the next use. */
  async #save(place: TokenPlace, expected: string, unsaved: Unsaved): Promise<TokenRecord> {
    const { record, before } = unsaved
    try {
      unsaved.stored ||= (await place.store.compareAndSet(place.key, expected, record, { ttl: this.#ttl })) !== undefined
      if (unsaved.stored && before !== undefined) await this.#ports.updateToken?.(record.token, replaced(before), record)
    } catch (error) {
      throw this.#notSaved(place, unsaved, error)
    }
    this.#settled(place, unsaved)
    if (!unsaved.stored) return this.#overtaken(place, unsaved)
    this.#tell('refreshed', place, record)
    return record
  }

  /** Tries to store again what could not be stored, against the store as it is now. Never asks the server again. */
  #saveAgain(place: TokenPlace, unsaved: Unsaved): Promise<TokenRecord> {
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
    const { record } = unsaved
    const latest = await this.#read(place)
    const { generation = record.generation, token } = latest?.value ?? {}
    const isOurs = token?.access_token === record.token.access_token
    if (latest === undefined || generation > record.generation || (generation === record.generation && !isOurs)) {
      this.#settled(place, unsaved)
      return this.#renewals.add(place, before, this.#overtaken(place, unsaved)).record
    }
    // A write that reported failure may have been made.
    unsaved.stored ||= isOurs
    const saved = this.#save(place, latest.version, unsaved)
    // Who still holds the token before this one finds its renewal again.
    return this.#renewals.add(place, before, saved).record
  }

  async #putOver(place: TokenPlace, unsaved: Unsaved): Promise<TokenRecord> {
    const { record, expected } = unsaved
    try {
      for (;;) {
        const entry = await place.store.get(place.key)
        const version = entry?.version ?? null
        // A later login, or a logout, wins however the store orders our writes.
        if (this.#logins.get(place.key) !== unsaved) break
        // Tried again: it was written after all, or somebody has written or deleted since, who wins.
        if (expected !== undefined && expected !== version) break
        unsaved.expected = version
        const generation = entry === undefined ? record.generation : Math.max(record.generation, entry.value.generation + 1)
        const receipt = await place.store.compareAndSet(place.key, version, { ...record, generation }, { ttl: this.#ttl })
        if (receipt === undefined) continue
        // Logged out while it was written: what was written last goes too.
        if (!this.#logins.has(place.key)) await place.store.delete(place.key, receipt.version)
        break
      }
    } catch (error) {
      throw this.#notSaved(place, unsaved, error)
    }
    if (this.#logins.get(place.key) === unsaved) {
      // What waited to be stored until now belongs to the login before.
      this.#unsaved.delete(place.key)
      this.#logins.delete(place.key)
    }
    return record
  }

  /** The store changed while the token was renewed. Who wrote there wins; a deleted session stays deleted, and its new tokens are given back. */
  async #overtaken(place: TokenPlace, unsaved: Unsaved): Promise<TokenRecord> {
    const { record } = unsaved
    let latest: Entry | undefined
    try {
      latest = await place.store.get(place.key)
    } catch (error) {
      throw this.#notSaved(place, unsaved, error)
    }
    if (latest === undefined) {
      await this.#giveBack(record)
      this.#tell('ended', place, record)
      throw new RefreshError({ kind: 'terminal', reason: 'session_deleted' })
    }
    // Another process was refused the token that we had just spent, and took that for the end.
    if (latest.value.ended !== undefined && latest.value.generation < record.generation) return this.#save(place, latest.version, unsaved)
    return alive(latest.value)
  }

  /**
   * Carries a record that was renewed meanwhile into a place that still holds the token before it: a view of its own, or a store that was
   * given the old token again.
   */
  async #adopted(place: TokenPlace, old: TokenRecord, renewal: Promise<TokenRecord>): Promise<TokenRecord> {
    const record = await renewal
    const entry = await this.#read(place)
    if (entry === undefined || credentialOf(entry.value) !== credentialOf(old)) return record
    const { generation } = entry.value
    if (generation >= record.generation && credentialOf(record) === credentialOf(old)) return record
    if (place.writable !== undefined && !(await place.writable())) return record
    // The old token may have been put there as if it were a new one: it is spent all the same.
    const adopted = generation < record.generation ? record : { ...record, generation: generation + 1 }
    try {
      await place.store.compareAndSet(place.key, entry.version, adopted, { ttl: this.#ttl })
    } catch (error) {
      throw new StoreError('write', { cause: plainCause(error, adopted.token) })
    }
    return adopted
  }

  async #latest(place: TokenPlace): Promise<TokenRecord> {
    const entry = await this.#read(place)
    if (entry === undefined) throw new RefreshError({ kind: 'terminal', reason: 'session_deleted' })
    return alive(entry.value)
  }

  async #giveBack({ token }: TokenRecord): Promise<void> {
    await this.#ports.revoke?.(token).catch(() => undefined)
  }

  #notSaved(place: TokenPlace, unsaved: Unsaved, error: unknown): PersistError<TokenSet> {
    if (this.#isWanted(place, unsaved)) this.#unsaved.set(place.key, unsaved)
    this.#tell('persist-failed', place, unsaved.record)
    return new PersistError(unsaved.record.token, { cause: plainCause(error, unsaved.record.token) })
  }

  /** A login that was followed by another, or by a logout, is not tried again; nor is a renewal that was followed by either or by a later one. */
  #isWanted({ key }: TokenPlace, { before, record }: Unsaved): boolean {
    if (before === undefined) return this.#logins.get(key)?.record === record
    const other = this.#unsaved.get(key)
    return other === undefined || (other.before !== undefined && other.record.generation <= record.generation)
  }

  #settled({ key }: TokenPlace, unsaved: Unsaved): void {
    if (this.#unsaved.get(key) === unsaved) this.#unsaved.delete(key)
  }

  #read({ store, key }: TokenPlace): Maybe<Entry | undefined> {
    try {
      const entry = store.get(key)
      return entry instanceof Promise ? entry.catch(unreadable) : entry
    } catch (error) {
      return unreadable(error)
    }
  }

  #isStale(place: TokenPlace, record: TokenRecord): boolean {
    const { leeway = LEEWAY, environment } = this.#ports
    const lifetime = wholeSeconds(record.token.expires_in)
    const margin = lifetime === undefined ? leeway : Math.min(leeway, lifetime / 2)
    return isExpired(record.token, environment.now(), margin) && !this.#renewedWithin(RENEWAL_INTERVAL_MS, place, record)
  }

  #renewedWithin(ms: number, place: TokenPlace, record: TokenRecord): boolean {
    const age = this.#renewals.age(place, record)
    return age !== undefined && age < ms
  }

  get #ttl(): number {
    return this.#ports.ttl ?? RECORD_TTL
  }

  #tell(type: 'refreshed' | 'refresh-failed' | 'ended' | 'persist-failed', { key }: TokenPlace, record: TokenRecord): void {
    try {
      this.#ports.environment.emit?.({ type, key, detail: `generation ${record.generation}` })
    } catch {
      // A listener that fails must not fail the call whose token was just renewed.
    }
  }
}

/** Tells whether a record can be renewed without a person. */
function canRenew({ token, grant }: TokenRecord): boolean {
  return token.refresh_token !== undefined || grant.type === 'client_credentials'
}

function replaced({ token: { refresh_token: refreshToken, access_token: accessToken } }: TokenRecord): ReplacedToken {
  return refreshToken === undefined ? { accessToken } : { refreshToken }
}

function assertAlive({ ended }: TokenRecord): void {
  if (ended !== undefined) throw new RefreshError({ kind: 'terminal', reason: ended.reason as TerminalReason })
}

function alive(record: TokenRecord): TokenRecord {
  assertAlive(record)
  return record
}

/** Tells whether the token at hand is as good as before the attempt to renew it. */
function isTemporary(error: unknown): boolean {
  if (error instanceof RefreshError) return !error.terminal
  return renewalFailure(error).kind === 'refused' || (error instanceof UsageError && error.code === 'OAUTH_SESSION_READ_ONLY')
}

function readOnly(): UsageError {
  return new UsageError(
    'The token needs to be renewed, but the new one could not be kept: the response headers are already sent, or cookies cannot be set here. Renew earlier, or configure a store.',
    { code: 'OAUTH_SESSION_READ_ONLY' },
  )
}

function unreadable(error: unknown): never {
  throw new StoreError('read', { cause: plainCause(error) })
}
