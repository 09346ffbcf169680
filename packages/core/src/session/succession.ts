import { credentialOf } from './renewal-memory.js'
import type { TokenRecord } from './token-record.js'
import type { Unsaved } from './unsaved.js'
import type { ReplacedToken } from './update-token.js'

/** What a renewal replaced, as `updateToken` is told of it. */
export function replaced({ token: { refresh_token: refreshToken, access_token: accessToken } }: TokenRecord): ReplacedToken {
  return refreshToken === undefined ? { accessToken } : { refreshToken }
}

/**
 * Tells whether a stored record is what a renewal was made from, so that what it brought comes in its place. A refresh token that was not replaced
 * says nothing; there the later generation stays.
 *
 * An end that was written down is final where there are leases: whoever wrote it had waited until the lease was over, and this answer is too late.
 * Without leases, it may be that somebody took the token, spent a moment ago, for the end.
 */
export function isReplacedBy(found: TokenRecord, { record, before }: Unsaved): boolean {
  if (before === undefined) return false
  const isOlder = found.generation < record.generation
  if (found.ended !== undefined) return before.lease === undefined && isOlder && found.token.access_token === before.token.access_token
  if (credentialOf(found) !== credentialOf(before)) return false
  // The very token that was renewed, put there again, or a refresh token that is spent.
  const isSame = found.token.access_token === before.token.access_token || credentialOf(record) !== credentialOf(before)
  return isSame || isOlder
}

/**
 * Tells whether a record is what a renewal, or another login, has put in the place of one before. A later generation alone says nothing: the same
 * token may have been put there again, with what is known of its renewals. A server may hand out the same tokens again; then the grace is later.
 */
export function isSuccessor(found: TokenRecord, before: TokenRecord): boolean {
  const isSame = credentialOf(found) === credentialOf(before) && found.token.access_token === before.token.access_token
  return !isSame || found.previous?.until !== before.previous?.until
}

/** Tells whether what waits to be stored is what became of a record's refresh token. */
export function hasSpent({ before, record }: Unsaved, put: TokenRecord): boolean {
  return before !== undefined && credentialOf(before) === credentialOf(put) && credentialOf(record) !== credentialOf(put)
}

/** The same with a generation above that of what it is to come over. */
export function newerThan({ generation }: TokenRecord, unsaved: Unsaved): Unsaved {
  const { record } = unsaved
  if (generation >= record.generation) unsaved.record = { ...record, generation: generation + 1 }
  return unsaved
}

/**
 * A record as it comes over another: with a later generation, and, where it is the same token that is put there again, with what is known of its
 * renewals. One that is under way goes on.
 */
export function over(found: TokenRecord, record: TokenRecord): TokenRecord {
  const generation = Math.max(record.generation, found.generation + 1)
  if (credentialOf(found) !== credentialOf(record)) return { ...record, generation }
  const { lease } = found
  // With another access token it is a new one all the same, and its age is not that of the one before.
  const previous = found.token.access_token === record.token.access_token ? found.previous : undefined
  return { ...record, generation, ...(lease && { lease }), ...(previous && { previous }) }
}
