import type { Environment } from '../environment.js'
import { credentialOf, GRACE } from './renewal-memory.js'
import type { TokenEntry } from './token-entry.js'
import { credentialHash } from './token-hash.js'
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

/**
 * Tells whether a token that is put was spent so lately for what is in the store, by whatever process, that who comes with it gets that. One that was
 * not replaced is not spent.
 */
export async function isSpentFor(environment: Environment, { value, now }: TokenEntry, put: TokenRecord): Promise<boolean> {
  if (value.previous === undefined || value.ended !== undefined || credentialOf(value) === credentialOf(put)) return false
  const hash = await credentialHash(environment, put)
  return all(value.previous).some(({ refreshHash, until }) => refreshHash === hash && until > now)
}

function all(previous: TokenRecord['previous']): readonly SpentToken[] {
  if (previous === undefined) return []
  const { earlier = [], ...last } = previous
  return [last, ...earlier]
}
