import type { Environment } from '../environment.js'
import { type Cache, createCache } from '../flow/cache.js'
import { base64url } from '../jose/encoding.js'
import { type RenewalMemory, renewalMemory } from './renewal-memory.js'
import { type ServerPauses, serverPauses } from './server-pauses.js'
import type { TokenRecord } from './token-record.js'

/** A record that is not safely stored, and what is left to do. */
export interface Unsaved {
  record: TokenRecord
  /** What was renewed; absent for the token of a login. */
  readonly before?: TokenRecord
  /** When it began, in the memory's count of changes. */
  readonly begun?: number
  stored: boolean
  /** For a login: the version that it was to replace, once that was read. */
  expected?: string | null | undefined
  /** For a login: whether the store had that very token already, so that what is there later came after it. */
  isKnown?: boolean
  saving?: Promise<TokenRecord> | undefined
}

/** What a process knows of renewals and writes that are under way, or were a moment ago. */
export interface LifeCycleMemory {
  readonly renewals: RenewalMemory
  /** By key. */
  readonly unsaved: Map<string, Unsaved>
  /** The last login of each key, until it is stored or deleted. */
  readonly logins: Map<string, Unsaved>
  /** Logins and logouts of all keys are counted; of each key, the number of its last one of late. */
  readonly changes: { count: number; readonly last: Cache<{ readonly count: number; readonly isLogout: boolean }> }
  /** Refresh tokens, by key, whose answer was lost: the server may have rotated them. Where other processes renew too, the record says so. */
  readonly lostAnswers: Cache<string>
  /** Servers that were not well a moment ago. */
  readonly pauses: ServerPauses
  /** Names this process in the records that it leases. */
  readonly owner: string
}

/** Of how many keys the last change is remembered. */
const MAX_CHANGES = 10_000

/** Makes a memory of nothing. */
export function lifeCycleMemory(environment: Pick<Environment, 'monotonic' | 'now' | 'randomBytes'>): LifeCycleMemory {
  return {
    renewals: renewalMemory(environment),
    unsaved: new Map(),
    logins: new Map(),
    changes: { count: 0, last: createCache(MAX_CHANGES) },
    lostAnswers: createCache(),
    pauses: serverPauses(environment),
    owner: base64url(environment.randomBytes(12)),
  }
}
