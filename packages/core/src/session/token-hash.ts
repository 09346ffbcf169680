import type { Environment, Maybe } from '../environment.js'
import { digest } from '../jose/digest.js'
import { base64url, utf8Bytes } from '../jose/encoding.js'
import type { TokenRecord } from './token-record.js'

const hashes = new WeakMap<TokenRecord, string>()

/** A short name for a record's access token that gives nothing away. Computed once per record. */
export function tokenHash(environment: Environment, record: TokenRecord): Maybe<string> {
  const known = hashes.get(record)
  if (known !== undefined) return known
  const hash = digest(environment, 'SHA-256', utf8Bytes(record.token.access_token))
  return hash instanceof Promise ? hash.then((bytes) => remember(record, bytes)) : remember(record, hash)
}

function remember(record: TokenRecord, hash: Uint8Array): string {
  const name = base64url(hash.subarray(0, 16))
  hashes.set(record, name)
  return name
}
