import type { Environment } from '../environment.js'
import { type Cache, createCache } from '../flow/cache.js'
import { base64url } from '../jose/encoding.js'
import type { TokenSet } from '../message/token-set.js'
import { credentialOf, type RenewalMemory, renewalMemory } from './renewal-memory.js'
import { type ServerPauses, serverPauses } from './server-pauses.js'
import { hasSpent } from './succession.js'
import type { TokenPlace } from './token-place.js'
import type { TokenRecord } from './token-record.js'
import type { Unsaved } from './unsaved.js'

/** Of how many keys the last change is remembered. */
const MAX_CHANGES = 10_000
/** How many records may wait to be stored. */
const MAX_UNSAVED = 10_000
/** How many renewals are followed from an old token to the newest. */
export const MAX_CHAIN = 100

/** What a process knows of renewals and writes that are under way, or were a moment ago. */
export class LifeCycleMemory {
  readonly renewals: RenewalMemory
  /** By key. */
  readonly unsaved: Map<string, Unsaved> = new Map()
  /** The last login of each key, until it is stored or deleted. */
  readonly logins: Map<string, Unsaved> = new Map()
  /** Refresh tokens, by key, whose answer was lost: the server may have rotated them. Where other processes renew too, the record says so. */
  readonly lostAnswers: Cache<string> = createCache()
  /** First tokens that are on their way, by key: of a machine, which has none to renew yet. */
  readonly firsts: Map<string, Promise<TokenSet>> = new Map()
  /** Servers that were not well a moment ago. */
  readonly pauses: ServerPauses
  /** Names this process in the records that it leases. */
  readonly owner: string
  /** Of each key, the number of its last login or logout of late. */
  readonly #changes: Cache<{ readonly count: number; readonly what: 'login' | 'logout' }> = createCache(MAX_CHANGES)
  #count = 0

  constructor(environment: Pick<Environment, 'monotonic' | 'now' | 'randomBytes' | 'pauses'>) {
    this.renewals = renewalMemory(environment)
    this.pauses = serverPauses(environment)
    this.owner = base64url(environment.randomBytes(12))
  }

  /** What waits to be stored under a key. */
  waiting(key: string): Unsaved | undefined {
    return this.unsaved.get(key)
  }

  /** Keeps what waits to be stored; the oldest go when a store has failed for so many that there is no room. */
  keep({ key }: TokenPlace, one: Unsaved): void {
    this.unsaved.set(key, one)
    const oldest = this.unsaved.keys().next()
    if (this.unsaved.size <= MAX_UNSAVED || oldest.done) return
    this.unsaved.delete(oldest.value)
    this.logins.delete(oldest.value)
  }

  /** It waits no more: it is stored, or something else is. */
  settled({ key }: TokenPlace, one: Unsaved): void {
    if (this.unsaved.get(key) === one) this.unsaved.delete(key)
  }

  /**
   * What this process knows the token of an older record to have become: a copy of the record may be what the caller has. Asked of refresh tokens
   * alone, which are spent; a server may hand out the same access token again.
   */
  newest(place: TokenPlace, old: TokenRecord): TokenRecord {
    let record = old
    for (let step = 0; step < MAX_CHAIN && record.token.refresh_token !== undefined; step++) {
      const waiting = this.unsaved.get(place.key)
      const follows = waiting?.before !== undefined && credentialOf(waiting.before) === credentialOf(record)
      const later = follows ? waiting.record : this.renewals.find(place, record)?.brought
      if (later === undefined || credentialOf(later) === credentialOf(record)) return record
      record = later
    }
    return record
  }

  /** A mark to ask {@link changedSince} with: how many logins and logouts there were, of all keys. */
  get now(): number {
    return this.#count
  }

  /** Tells whether a key had a login or a logout since, or a logout alone as the last of them. */
  changedSince(key: string, begun: number, what: 'any' | 'logout' = 'any'): boolean {
    const last = this.#changes.get(key)
    return last !== undefined && last.count > begun && (what === 'any' || last.what === what)
  }

  /** A key had a login or a logout. */
  changed(key: string, what: 'login' | 'logout'): void {
    this.#count += 1
    this.#changes.set(key, { count: this.#count, what })
  }

  /** Tells whether the last thing that happened to a key since is a logout. */
  isLoggedOut({ key }: TokenPlace, { begun = 0 }: Unsaved): boolean {
    return this.changedSince(key, begun, 'logout')
  }

  /** A login that was followed by another, or by a logout, is not tried again; nor is a renewal that was followed by either or by a later one. */
  isWanted({ key }: TokenPlace, { before, record }: Unsaved): boolean {
    const other = this.unsaved.get(key)
    // What a login's token became waits already.
    if (before === undefined) return this.logins.get(key)?.record === record && !(other !== undefined && hasSpent(other, record))
    return other === undefined || (other.before !== undefined && other.record.generation <= record.generation)
  }
}
