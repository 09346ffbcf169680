import type { Environment, Maybe } from '../environment.js'
import { PersistError } from '../error/persist-error.js'
import { RefreshError, type TerminalReason } from '../error/refresh-error.js'
import { StoreError } from '../error/store-error.js'
import { UsageError } from '../error/usage-error.js'
import { type Cache, createCache } from '../flow/cache.js'
import { isExpired, wholeSeconds } from '../message/expiry.js'
import type { TokenSet } from '../message/token-set.js'
import { renewalFailure } from './renewal-failure.js'
import type { StoreEntry } from './store.js'
import { tokenHash } from './token-hash.js'
import type { TokenRecord, TokenStore } from './token-record.js'
import type { ReplacedToken, UpdateToken } from './update-token.js'

/** Where one token lives. Several places may hold the same token: each request of a browser has its own view of the session cookie. */
export interface TokenPlace {
  readonly store: TokenStore
  readonly key: string
  /** Tells whether a write would arrive, asked just before a renewal. A renewal that cannot be kept is not made. */
  readonly writable?: () => Maybe<boolean>
}

/** What the life cycle is built on. */
export interface LifeCyclePorts<How> {
  readonly environment: Environment
  /** Asks the server for a new token, once. `how` is what the caller of `renew` wants different. */
  renew(record: TokenRecord, how?: How): Promise<TokenSet>
  /** Tells the server that tokens which nobody will use are no longer needed. Failing is no harm. */
  revoke?(token: TokenSet): Promise<void>
  readonly updateToken?: UpdateToken | undefined
  /** Seconds before its expiry that a token is renewed: 60 unless told, and never more than half of its lifetime. */
  readonly leeway?: number | undefined
  /** Seconds that a stored record is kept without being written. */
  readonly ttl?: number | undefined
}

/** Seconds before expiry that a token counts as stale. */
export const LEEWAY = 60
/** Milliseconds that a finished renewal is remembered, for callers that still hold the token before it. */
export const GRACE_MS = 30_000
/** Seconds that a record is kept without being written: 30 days. */
export const RECORD_TTL = 2_592_000
/** Milliseconds in which a token that was just renewed is not renewed again because a resource refused it. */
const REJECTION_INTERVAL_MS = 5_000

interface Renewal {
  /** What was spent; a renewal is only shared by those who would have spent the same. */
  readonly credential: string
  readonly store: TokenStore
  readonly record: Promise<TokenRecord>
  /** Monotonic milliseconds; set when it has succeeded. */
  finishedAt?: number
}

/** A renewed record that is not safely stored, and what is left to do. */
interface Unsaved {
  readonly record: TokenRecord
  readonly replaced: ReplacedToken
  stored: boolean
  saving?: Promise<TokenRecord> | undefined
}

/**
 * What happens to a token after it was issued: served while fresh, renewed once whoever asks, stored before anybody uses it.
 *
 * One instance per process and client. All state in it is about work under way; the tokens are in the store.
 */
export class TokenLifeCycle<How = undefined> {
  readonly #ports: LifeCyclePorts<How>
  readonly #renewals = new Map<string, Renewal>()
  readonly #unsaved = new Map<string, Unsaved>()
  /** Refresh tokens, by key, whose answer was lost: the server may have rotated them. */
  readonly #lostAnswers: Cache<string> = createCache()

  constructor(ports: LifeCyclePorts<How>) {
    this.#ports = ports
  }

  /**
   * The record to use now, renewed if need be; `undefined` when there is none. Synchronous while the token is fresh and the store is.
   *
   * @throws {@link RefreshError} when the token is stale and cannot be renewed. One that is still valid is served while the server fails.
   */
  current(place: TokenPlace): Maybe<TokenRecord | undefined> {
    if (this.#unsaved.size > 0 && this.#unsaved.has(place.key)) return this.#saveAgain(place).then(() => this.current(place))
    const entry = this.#read(place)
    return entry instanceof Promise ? entry.then((read) => this.#usable(place, read)) : this.#usable(place, entry)
  }

  /** Renews now, whether or not the token is stale. Callers at the same moment share one request. */
  async renew(place: TokenPlace, how?: How): Promise<TokenRecord> {
    if (this.#unsaved.has(place.key)) return this.#saveAgain(place)
    const entry = await this.#read(place)
    if (entry === undefined) throw new UsageError('There is no token to refresh. Call fetchToken or setToken first.', { code: 'OAUTH_MISSING_TOKEN' })
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
    if (entry.value.ended !== undefined || !canRenew(entry.value) || this.#justRenewed(place, entry.value)) return false
    try {
      await this.#renewed(place, entry)
      return true
    } catch (error) {
      // The resource's own 401 says more than "try again later"; the end of the session has to be told.
      if (error instanceof RefreshError && !error.terminal) return false
      throw error
    }
  }

  /** Stores the token of a new login or of a first grant, in place of whatever was there. */
  async put(place: TokenPlace, record: TokenRecord): Promise<void> {
    const entry = await this.#read(place)
    const generation = entry === undefined ? record.generation : Math.max(record.generation, entry.value.generation + 1)
    const next = { ...record, generation }
    this.#unsaved.delete(place.key)
    this.#lostAnswers.delete(place.key)
    try {
      const receipt = await place.store.compareAndSet(place.key, entry?.version ?? null, next, { ttl: this.#ttl })
      if (receipt !== undefined) return
    } catch (error) {
      throw new PersistError(record.token, { cause: error })
    }
    return this.put(place, record)
  }

  /** Forgets the token. A renewal under way will find it gone, and give its tokens back to the server. */
  async delete(place: TokenPlace): Promise<void> {
    this.#unsaved.delete(place.key)
    try {
      await place.store.delete(place.key)
    } catch (error) {
      throw new StoreError('delete', { cause: error })
    }
  }

  #usable(place: TokenPlace, entry: StoreEntry<TokenRecord> | undefined): Maybe<TokenRecord | undefined> {
    if (entry === undefined) return undefined
    assertAlive(entry.value)
    return this.#isStale(entry.value) ? this.#renewedOrValid(place, entry) : entry.value
  }

  async #renewedOrValid(place: TokenPlace, entry: StoreEntry<TokenRecord>): Promise<TokenRecord> {
    const record = entry.value
    const valid = () => !isExpired(record.token, this.#ports.environment.now())
    if (!canRenew(record)) {
      if (valid()) return record
      throw new RefreshError({ kind: 'terminal', reason: 'no_refresh_token' })
    }
    try {
      return await this.#renewed(place, entry)
    } catch (error) {
      if (isTemporary(error) && valid()) return record
      throw error
    }
  }

  /** Joins the renewal of this token if there is one, under way or just finished, else begins it. */
  async #renewed(place: TokenPlace, entry: StoreEntry<TokenRecord>, how?: How): Promise<TokenRecord> {
    const renewal = this.#find(place, entry) ?? (await this.#begin(place, entry, how))
    const record = await renewal.record
    if (renewal.store !== place.store) await this.#adopt(place, record)
    return record
  }

  #find(place: TokenPlace, { value }: StoreEntry<TokenRecord>): Renewal | undefined {
    const renewal = this.#renewals.get(renewalKey(place, value))
    return renewal?.credential === credentialOf(value) && !this.#isOver(renewal) ? renewal : undefined
  }

  async #begin(place: TokenPlace, entry: StoreEntry<TokenRecord>, how?: How): Promise<Renewal> {
    if (place.writable !== undefined) {
      const writable = await place.writable()
      // Somebody else may have begun while we asked.
      const begun = this.#find(place, entry)
      if (begun !== undefined) return begun
      if (!writable) {
        throw new UsageError(
          'The token needs to be renewed, but the new one could not be kept: the response headers are already sent, or cookies cannot be set here. Renew earlier, or configure a store.',
          { code: 'OAUTH_SESSION_READ_ONLY' },
        )
      }
    }
    this.#forgetOld()
    const key = renewalKey(place, entry.value)
    const renewal: Renewal = { credential: credentialOf(entry.value), store: place.store, record: this.#renewOnce(place, entry, how) }
    this.#renewals.set(key, renewal)
    renewal.record.then(
      () => {
        renewal.finishedAt = this.#ports.environment.monotonic()
      },
      () => this.#renewals.delete(key),
    )
    return renewal
  }

  async #renewOnce(place: TokenPlace, { value: record, version }: StoreEntry<TokenRecord>, how?: How): Promise<TokenRecord> {
    let token: TokenSet
    try {
      token = await this.#ports.renew(record, how)
    } catch (error) {
      return this.#failed(place, { record, version, error })
    }
    this.#lostAnswers.delete(place.key)
    const { refresh_token: refreshToken, access_token: accessToken } = record.token
    const replaced: ReplacedToken = refreshToken === undefined ? { accessToken } : { refreshToken }
    const unsaved: Unsaved = { record: { ...record, token, generation: record.generation + 1 }, replaced, stored: false }
    return this.#save(place, version, unsaved)
  }

  /** Decides what a failed renewal means: somebody was faster, the end, or a matter of time. */
  async #failed(place: TokenPlace, attempt: { record: TokenRecord; version: string; error: unknown }): Promise<TokenRecord> {
    const { record, version, error } = attempt
    const failure = renewalFailure(error)
    if (failure.kind === 'other') throw error
    if (failure.kind === 'transient') {
      if (failure.answerLost && record.token.refresh_token !== undefined) this.#lostAnswers.set(place.key, record.token.refresh_token)
      this.#tell('refresh-failed', place, record)
      throw new RefreshError({ kind: 'transient' }, { cause: error })
    }
    const latest = await this.#read(place)
    if (latest === undefined) throw new RefreshError({ kind: 'terminal', reason: 'session_deleted' })
    if (latest.version !== version && credentialOf(latest.value) !== credentialOf(record)) return latest.value
    const lost = failure.reason === 'invalid_grant' && this.#lostAnswers.get(place.key) === record.token.refresh_token
    return this.#end(place, latest, { reason: lost ? 'refresh_answer_lost' : failure.reason, cause: error })
  }

  /** Writes down that it is over and drops the refresh token, so that it is never sent again. */
  async #end(place: TokenPlace, { value: record, version }: StoreEntry<TokenRecord>, end: { reason: TerminalReason; cause: unknown }): Promise<never> {
    const { refresh_token: _dead, ...token } = record.token
    const ended = { ...record, token, ended: { reason: end.reason, at: Math.floor(this.#ports.environment.now()) } } as TokenRecord
    this.#lostAnswers.delete(place.key)
    try {
      await place.store.compareAndSet(place.key, version, ended, { ttl: this.#ttl })
    } catch {
      // The refresh token stays in the store; the server refuses it all the same, and the next renewal ends here again.
    }
    this.#tell('ended', place, record)
    throw new RefreshError({ kind: 'terminal', reason: end.reason }, { cause: end.cause })
  }

  /** Stores a renewed record, then tells the application. What fails is kept for the next use. */
  async #save(place: TokenPlace, expected: string | null, unsaved: Unsaved): Promise<TokenRecord> {
    const { record, replaced } = unsaved
    try {
      if (!unsaved.stored) {
        const receipt = await place.store.compareAndSet(place.key, expected, record, { ttl: this.#ttl })
        if (receipt === undefined) return await this.#overtaken(place, record)
        unsaved.stored = true
      }
      await this.#ports.updateToken?.(record.token, replaced)
    } catch (error) {
      if (error instanceof RefreshError) throw error
      this.#unsaved.set(place.key, unsaved)
      this.#tell('persist-failed', place, record)
      throw new PersistError(record.token, { cause: error })
    }
    this.#unsaved.delete(place.key)
    this.#tell('refreshed', place, record)
    return record
  }

  /** Tries to store again what could not be stored, against the store as it is now. Never asks the server again. */
  #saveAgain(place: TokenPlace): Promise<TokenRecord> {
    const unsaved = this.#unsaved.get(place.key) as Unsaved
    unsaved.saving ??= this.#saveOver(place, unsaved).finally(() => {
      unsaved.saving = undefined
    })
    return unsaved.saving
  }

  async #saveOver(place: TokenPlace, unsaved: Unsaved): Promise<TokenRecord> {
    const { record } = unsaved
    const latest = await this.#read(place)
    // A write that reported failure may have been made.
    if (latest?.value.token.access_token === record.token.access_token) unsaved.stored = true
    if (!unsaved.stored && (latest === undefined || latest.value.generation >= record.generation)) {
      this.#unsaved.delete(place.key)
      return this.#overtaken(place, record)
    }
    return this.#save(place, latest?.version ?? null, unsaved)
  }

  /** The store changed while the token was renewed. Who wrote there wins; a deleted session stays deleted, and its new tokens are given back. */
  async #overtaken(place: TokenPlace, record: TokenRecord): Promise<TokenRecord> {
    const latest = await this.#read(place)
    if (latest !== undefined) return latest.value
    await this.#ports.revoke?.(record.token).catch(() => undefined)
    this.#tell('ended', place, record)
    throw new RefreshError({ kind: 'terminal', reason: 'session_deleted' })
  }

  /** Carries a record that was renewed through another place into this one, unless this one already has it or a later one. */
  async #adopt(place: TokenPlace, record: TokenRecord): Promise<void> {
    const entry = await this.#read(place)
    if (entry === undefined || entry.value.generation >= record.generation) return
    if (place.writable !== undefined && !(await place.writable())) return
    await place.store.compareAndSet(place.key, entry.version, record, { ttl: this.#ttl })
  }

  #read({ store, key }: TokenPlace): Maybe<StoreEntry<TokenRecord> | undefined> {
    try {
      const entry = store.get(key)
      return entry instanceof Promise ? entry.catch(unreadable) : entry
    } catch (error) {
      return unreadable(error)
    }
  }

  #isStale({ token }: TokenRecord): boolean {
    const { leeway = LEEWAY, environment } = this.#ports
    const lifetime = wholeSeconds(token.expires_in)
    return isExpired(token, environment.now(), lifetime === undefined ? leeway : Math.min(leeway, lifetime / 2))
  }

  #isOver({ finishedAt }: Renewal): boolean {
    return finishedAt !== undefined && this.#ports.environment.monotonic() - finishedAt >= GRACE_MS
  }

  #justRenewed(place: TokenPlace, record: TokenRecord): boolean {
    const finishedAt = this.#renewals.get(renewalKey(place, { ...record, generation: record.generation - 1 }))?.finishedAt
    return finishedAt !== undefined && this.#ports.environment.monotonic() - finishedAt < REJECTION_INTERVAL_MS
  }

  #forgetOld(): void {
    for (const [key, renewal] of this.#renewals) if (this.#isOver(renewal)) this.#renewals.delete(key)
  }

  get #ttl(): number {
    return this.#ports.ttl ?? RECORD_TTL
  }

  #tell(type: 'refreshed' | 'refresh-failed' | 'ended' | 'persist-failed', { key }: TokenPlace, record: TokenRecord): void {
    this.#ports.environment.emit?.({ type, key, detail: `generation ${record.generation}` })
  }
}

/** Tells whether a record can be renewed without a person. */
export function canRenew({ token, grant }: TokenRecord): boolean {
  return token.refresh_token !== undefined || grant.type === 'client_credentials'
}

function assertAlive({ ended }: TokenRecord): void {
  if (ended !== undefined) throw new RefreshError({ kind: 'terminal', reason: ended.reason as TerminalReason })
}

function isTemporary(error: unknown): boolean {
  return (error instanceof RefreshError && !error.terminal) || (error instanceof UsageError && error.code === 'OAUTH_SESSION_READ_ONLY')
}

function credentialOf({ token }: TokenRecord): string {
  return token.refresh_token ?? token.access_token
}

function renewalKey({ key }: TokenPlace, { generation }: TokenRecord): string {
  return `${generation} ${key}`
}

function unreadable(error: unknown): never {
  throw new StoreError('read', { cause: error })
}
