import type { Maybe } from '../environment.js'
import { explain } from '../error/explain.js'
import { RefreshError, type TerminalReason } from '../error/refresh-error.js'
import { StoreError } from '../error/store-error.js'
import { UsageError } from '../error/usage-error.js'
import { ownPromise } from './own-promise.js'
import { plainCause } from './plain-cause.js'
import type { StoreEntry } from './store.js'
import type { TokenPlace } from './token-place.js'
import type { TokenRecord } from './token-record.js'

/** A record as it is in the store. */
export type TokenEntry = StoreEntry<TokenRecord>

/** Reads a record; synchronous where the store is. @throws {@link StoreError} */
export function readEntry({ store, key }: TokenPlace): Maybe<TokenEntry | undefined> {
  let entry: Maybe<TokenEntry | undefined>
  try {
    entry = ownPromise(store.get(key))
  } catch (error) {
    return unreadable(error)
  }
  return entry instanceof Promise ? entry.then(known, unreadable) : known(entry)
}

/** The record, unless its session is over. @throws {@link RefreshError} terminal, with the reason that was written down. */
export function alive(record: TokenRecord): TokenRecord {
  const { ended } = record
  if (ended !== undefined) throw new RefreshError({ kind: 'terminal', reason: ended.reason as TerminalReason })
  return record
}

/** The record that is in the store by now. @throws {@link RefreshError} when the session is over or was deleted. */
export async function latestRecord(place: TokenPlace): Promise<TokenRecord> {
  return alive(present(await readEntry(place)).value)
}

/** The entry, where there is one. @throws {@link RefreshError} when the session was deleted. */
export function present(entry: TokenEntry | undefined): TokenEntry {
  if (entry === undefined) throw sessionDeleted()
  return entry
}

/** Somebody has logged out meanwhile. */
export function sessionDeleted(): RefreshError {
  return new RefreshError({ kind: 'terminal', reason: 'session_deleted' })
}

/** A record that this release cannot read is left alone: what it means is not known here. */
function known(entry: TokenEntry | undefined): TokenEntry | undefined {
  if (entry === undefined || entry.value?.v === 1) return entry
  return unreadable(new UsageError(isSealed(entry.value) ? encrypted : unknownVersion))
}

const encrypted =
  explain &&
  'The record in the store is encrypted, and this store does not decrypt it: wrap the store with encryptedStore, with the secret that the other processes have. The record is left as it is.'

const unknownVersion =
  explain &&
  'The record in the store is not of version 1, the one that this release knows: a later release has written it, or something else. It is left as it is. Put the later release into all processes that share the store, or give this one a prefix of its own.'

/** Tells compact JWE, which is what encryptedStore writes. Its header is a JSON object, and `eyJ` how that begins. */
function isSealed(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('eyJ') && value.split('.').length === 5
}

function unreadable(error: unknown): never {
  throw new StoreError('read', { cause: plainCause(error) })
}
