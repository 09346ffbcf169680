import { GRACE } from './renewal-memory.js'
import type { SpentToken, TokenRecord } from './token-record.js'

/** How many refresh tokens before the present one are remembered. */
const MAX_PREDECESSORS = 10

/** What a renewed record says of the one that it was made from: the refresh token that was spent, and those before it that are still in their grace. */
export function predecessors({ previous }: TokenRecord, refreshHash: string, renewedAt: number): NonNullable<TokenRecord['previous']> {
  const earlier = all(previous)
    .filter(({ until }) => until > renewedAt)
    .slice(0, MAX_PREDECESSORS - 1)
  return { refreshHash, until: renewedAt + GRACE, ...(earlier.length > 0 && { earlier }) }
}

/** Tells whether a refresh token, by its hash, was spent for a record so lately that whoever comes with it gets the record. `now` is the store's. */
export function isPredecessor({ previous }: TokenRecord, refreshHash: string, now: number): boolean {
  return all(previous).some((spent) => spent.refreshHash === refreshHash && spent.until > now)
}

function all(previous: TokenRecord['previous']): readonly SpentToken[] {
  if (previous === undefined) return []
  const { earlier = [], ...last } = previous
  return [last, ...earlier]
}
