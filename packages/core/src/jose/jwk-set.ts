import { isJsonObject, type Json } from '../http/json.js'
import { keyFor } from './jws-algorithm.js'

/** A public key that can check signatures: public members only. */
export interface VerificationKey {
  readonly kty: string
  readonly kid?: string
  readonly alg?: string
  readonly [member: string]: string | undefined
}

/** How many keys of one set are looked at. */
const MAX_KEYS = 100

/** The members that make up a public key, by key type (RFC 7518 §6, RFC 8037 §2). */
const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = { RSA: ['n', 'e'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'] }

/**
 * The keys of a JWK Set that can check signatures. Entries that cannot (symmetric ones, keys for encryption, broken ones) are left out
 * and do not spoil the others; so are private keys, since anybody can sign with a key that is published whole. `undefined` when it is no
 * JWK Set at all.
 *
 * @see RFC 7517 §5 https://www.rfc-editor.org/rfc/rfc7517#section-5
 */
export function verificationKeys({ keys }: { readonly keys?: unknown }): readonly VerificationKey[] | undefined {
  if (!Array.isArray(keys)) return undefined
  return keys.slice(0, MAX_KEYS).flatMap((key: Json) => publicKey(key) ?? [])
}

/**
 * The keys that may have made a signature: of the type and curve the algorithm needs, not reserved for another algorithm, and with the
 * header's `kid` when it has one.
 */
export function candidateKeys(keys: readonly VerificationKey[], alg: string, kid: string | undefined): readonly VerificationKey[] {
  const needed = keyFor(alg)
  if (needed === undefined) return []
  return keys.filter(
    (key) =>
      key.kty === needed.kty &&
      (needed.crv === undefined || key['crv'] === needed.crv) &&
      (key.alg === undefined || key.alg === alg || sameFamily(key.alg, alg)) &&
      (kid === undefined || key.kid === kid),
  )
}

/** `EdDSA` and `Ed25519` name the same algorithm (RFC 9864 §2.2). */
function sameFamily(a: string, b: string): boolean {
  return (a === 'EdDSA' && b === 'Ed25519') || (a === 'Ed25519' && b === 'EdDSA')
}

function publicKey(key: Json): VerificationKey | undefined {
  if (!isJsonObject(key)) return undefined
  // Some servers write out members that they do not use as `null`.
  const { kty, kid, alg, use, key_ops, d } = Object.fromEntries(Object.entries(key).filter(([, value]) => value !== null))
  if (typeof kty !== 'string' || !Object.hasOwn(PUBLIC_MEMBERS, kty)) return undefined
  if (d !== undefined || (use !== undefined && use !== 'sig')) return undefined
  if (key_ops !== undefined && !(Array.isArray(key_ops) && key_ops.includes('verify'))) return undefined
  const members: Record<string, string> = {}
  for (const name of PUBLIC_MEMBERS[kty] ?? []) {
    const value = key[name]
    if (typeof value !== 'string' || value === '') return undefined
    members[name] = value
  }
  return { kty, ...members, ...(typeof kid === 'string' ? { kid } : {}), ...(typeof alg === 'string' ? { alg } : {}) }
}
