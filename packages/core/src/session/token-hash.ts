import type { Environment, Maybe } from '../environment.js'
import { digest } from '../jose/digest.js'
import { base64url, utf8Bytes } from '../jose/encoding.js'
import { credentialOf } from './renewal-memory.js'
import type { TokenRecord } from './token-record.js'

const hashes = new WeakMap<TokenRecord, string>()

/** A short name for a record's access token that gives nothing away. Computed once per record. */
export function tokenHash(environment: Environment, record: TokenRecord): Maybe<string> {
  const known = hashes.get(record)
  if (known !== undefined) return known
  const hash = hashOf(environment, record.token.access_token)
  return hash instanceof Promise ? hash.then((name) => remember(record, name)) : remember(record, hash)
}

/** The same for what the record is renewed with, as leases and graces name it. */
export function credentialHash(environment: Environment, record: TokenRecord): Maybe<string> {
  return hashOf(environment, credentialOf(record))
}

function hashOf(environment: Environment, token: string): Maybe<string> {
  const hash = digest(environment, 'SHA-256', utf8Bytes(token))
  return hash instanceof Promise ? hash.then(name) : name(hash)
}

/** Half of the hash: as hard to guess as a token of 128 bits. */
function name(hash: Uint8Array): string {
  return base64url(hash.subarray(0, 16))
}

function remember(record: TokenRecord, hash: string): string {
  hashes.set(record, hash)
  return hash
}
