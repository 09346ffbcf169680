import type { Environment } from '../environment.js'
import { isErrorOf } from '../error/any-oauth-error.js'
import type { TokenPlace } from './token-place.js'
import type { TokenRecord, TokenStore } from './token-record.js'

/** Seconds that a finished renewal is remembered, for callers that still hold the token before it. */
export const GRACE = 30
/** The same in milliseconds. */
export const GRACE_MS: number = GRACE * 1000

/** A renewal under way, or finished a moment ago. */
export interface Renewal {
  readonly key: string
  readonly store: TokenStore
  readonly record: Promise<TokenRecord>
  /** What its caller wanted of it, other than what was granted. */
  readonly wish: string
  /** What it was made from. */
  readonly old: TokenRecord
  /** By the monotonic clock; set when it has succeeded, or has failed for good. */
  finishedAt?: number
  /** What it brought. */
  brought?: TokenRecord
  /** The server has answered: what it was made from is spent, whatever becomes of what it brought. */
  isSpent?: boolean
  /** What it brought could not be stored, or came too late. */
  dropped?: boolean
}

/** Knows the renewals of this process by what they spend, so that nothing is spent twice. */
export interface RenewalMemory {
  /**
   * The renewal that spends, or has spent, what a record would be renewed with. A refresh token that was not replaced can be sent again: then
   * a later record is not found, for its turn comes.
   */
  find(place: TokenPlace, old: TokenRecord): Renewal | undefined
  /** Remembers a renewal until its grace is over. One that fails without having spent anything for good is forgotten at once. */
  add(place: TokenPlace, old: TokenRecord, record: Promise<TokenRecord>, wish?: string): Renewal
  /** The server has answered the renewal of a record that is under way. */
  spent(place: TokenPlace, old: TokenRecord): void
  /** Forgets the renewal of a record, once it has finished. */
  forget(place: TokenPlace, old: TokenRecord): void
  /** Milliseconds since a renewal in this process brought a record; `undefined` when none did of late. */
  age(place: TokenPlace, record: TokenRecord): number | undefined
}

/** Makes an empty memory. */
export function renewalMemory({ monotonic }: Pick<Environment, 'monotonic'>): RenewalMemory {
  const pending = new Map<string, Renewal>()
  /** Those that finished first come first. */
  const finished = new Map<string, Renewal>()
  /** The last renewal of each key that brought something. */
  const latest = new Map<string, Renewal>()

  function isOver({ finishedAt }: Renewal): boolean {
    return finishedAt !== undefined && monotonic() - finishedAt >= GRACE_MS
  }

  function drop(name: string, renewal: Renewal): void {
    finished.delete(name)
    if (latest.get(renewal.key) === renewal) latest.delete(renewal.key)
  }

  function sweep(): void {
    for (const [name, renewal] of finished) {
      if (!isOver(renewal)) return
      drop(name, renewal)
    }
  }

  function finish(name: string, renewal: Renewal): void {
    renewal.finishedAt = monotonic()
    const before = finished.get(name)
    if (before !== undefined) drop(name, before)
    finished.set(name, renewal)
    if (renewal.brought !== undefined) latest.set(renewal.key, renewal)
  }

  return {
    find(place, old) {
      const name = nameOf(place, old)
      const renewal = pending.get(name) ?? finished.get(name)
      if (renewal === undefined || isOver(renewal)) return undefined
      const { brought } = renewal
      // An access token is not spent by asking for another: there the turn decides, as with a refresh token that was not replaced.
      const isSpent = brought === undefined || (old.token.refresh_token !== undefined && credentialOf(brought) !== credentialOf(old))
      return isSpent || old.generation <= renewal.old.generation ? renewal : undefined
    },
    add(place, old, record, wish = '') {
      const { key, store } = place
      sweep()
      const name = nameOf(place, old)
      const renewal: Renewal = { key, store, record, old, wish }
      pending.set(name, renewal)
      const settle = () => {
        if (pending.get(name) === renewal) pending.delete(name)
      }
      record.then(
        (renewed) => {
          settle()
          renewal.brought = renewed
          finish(name, renewal)
        },
        (error: unknown) => {
          settle()
          renewal.dropped = renewal.isSpent === true || isErrorOf(error, 'PersistError')
          if (renewal.dropped || (isErrorOf(error, 'RefreshError') && error.terminal)) finish(name, renewal)
        },
      )
      return renewal
    },
    spent(place, old) {
      const renewal = pending.get(nameOf(place, old))
      if (renewal !== undefined) renewal.isSpent = true
    },
    forget(place, old) {
      const name = nameOf(place, old)
      const renewal = finished.get(name)
      if (renewal !== undefined) drop(name, renewal)
    },
    age({ key }, { generation, token }) {
      const { brought, finishedAt = 0 } = latest.get(key) ?? {}
      const brings = brought?.generation === generation && brought.token.access_token === token.access_token
      return brings ? monotonic() - finishedAt : undefined
    },
  }
}

/** What a renewal spends: the refresh token, or the turn of the access token where there is none. */
export function credentialOf({ token }: TokenRecord): string {
  return token.refresh_token ?? token.access_token
}

function nameOf({ key }: Pick<TokenPlace, 'key'>, old: TokenRecord): string {
  return JSON.stringify([key, credentialOf(old)])
}
