import type { Maybe } from '../environment.js'
import { RefreshError, type TerminalReason } from '../error/refresh-error.js'
import { StoreError } from '../error/store-error.js'
import { plainCause } from './plain-cause.js'
import type { StoreEntry } from './store.js'
import type { TokenPlace } from './token-place.js'
import type { TokenRecord } from './token-record.js'

/** A record as it is in the store. */
export type TokenEntry = StoreEntry<TokenRecord>

/** Reads a record; synchronous where the store is. @throws {@link StoreError} */
export function readEntry({ store, key }: TokenPlace): Maybe<TokenEntry | undefined> {
  try {
    const entry = store.get(key)
    return entry instanceof Promise ? entry.catch(unreadable) : entry
  } catch (error) {
    return unreadable(error)
  }
}

/** The record, unless its session is over. @throws {@link RefreshError} terminal, with the reason that was written down. */
export function alive(record: TokenRecord): TokenRecord {
  const { ended } = record
  if (ended !== undefined) throw new RefreshError({ kind: 'terminal', reason: ended.reason as TerminalReason })
  return record
}

/** The record that is in the store by now. @throws {@link RefreshError} when the session is over or was deleted. */
export async function latestRecord(place: TokenPlace): Promise<TokenRecord> {
  const entry = await readEntry(place)
  if (entry === undefined) throw new RefreshError({ kind: 'terminal', reason: 'session_deleted' })
  return alive(entry.value)
}

function unreadable(error: unknown): never {
  throw new StoreError('read', { cause: plainCause(error) })
}
