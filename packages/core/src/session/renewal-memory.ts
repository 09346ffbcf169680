import type { Environment } from '../environment.js'
import type { TokenPlace } from './token-life-cycle.js'
import type { TokenRecord, TokenStore } from './token-record.js'

/** Milliseconds that a finished renewal is remembered, for callers that still hold the token before it. */
export const GRACE_MS = 30_000

/** A renewal under way, or finished a moment ago. */
export interface Renewal {
  readonly key: string
  readonly store: TokenStore
  readonly record: Promise<TokenRecord>
  /** What it brought, and when by the monotonic clock; set when it has succeeded. */
  finished?: { readonly record: TokenRecord; readonly at: number }
}

/** Knows the renewals of this process by what they spend, so that nothing is spent twice. */
export interface RenewalMemory {
  /** The renewal that spends, or has spent, what a record would be renewed with. */
  find(place: TokenPlace, old: TokenRecord): Renewal | undefined
  /** Remembers a renewal until its grace is over. One that fails is forgotten at once. */
  add(place: TokenPlace, old: TokenRecord, record: Promise<TokenRecord>): Renewal
  /** Milliseconds since a renewal in this process brought a record; `undefined` when none did of late. */
  age(place: TokenPlace, record: TokenRecord): number | undefined
}

/** Makes an empty memory. */
export function renewalMemory({ monotonic }: Pick<Environment, 'monotonic'>): RenewalMemory {
  const renewals = new Map<string, Renewal>()

  function isOver({ finished }: Renewal): boolean {
    return finished !== undefined && monotonic() - finished.at >= GRACE_MS
  }

  return {
    find(place, old) {
      const renewal = renewals.get(nameOf(place, old))
      return renewal === undefined || isOver(renewal) ? undefined : renewal
    },
    add({ key, store }, old, record) {
      for (const [name, renewal] of renewals) if (isOver(renewal)) renewals.delete(name)
      const name = nameOf({ key }, old)
      const renewal: Renewal = { key, store, record }
      renewals.set(name, renewal)
      record.then(
        (renewed) => {
          renewal.finished = { record: renewed, at: monotonic() }
        },
        () => {
          if (renewals.get(name) === renewal) renewals.delete(name)
        },
      )
      return renewal
    },
    age({ key }, { generation, token }) {
      for (const renewal of renewals.values()) {
        const renewed = renewal.key === key ? renewal.finished?.record : undefined
        if (renewed?.generation === generation && renewed.token.access_token === token.access_token) {
          return monotonic() - (renewal.finished?.at ?? 0)
        }
      }
      return undefined
    },
  }
}

/** What a renewal spends: the refresh token, or the turn of the access token where there is none. */
export function credentialOf({ token }: TokenRecord): string {
  return token.refresh_token ?? token.access_token
}

/** The generation tells apart the renewals of a refresh token that is never replaced. */
function nameOf({ key }: Pick<TokenPlace, 'key'>, old: TokenRecord): string {
  return JSON.stringify([key, old.generation, credentialOf(old)])
}
