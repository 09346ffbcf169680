import type { CryptoKey } from 'jose'
import type { VerificationKey } from './jwk-set.js'
import { type WebCryptoAlgorithm, webCryptoAlgorithm } from './jws-algorithm.js'
import { isCryptoKey } from './key-input.js'

/** Shortest RSA modulus that is taken, in bits (RFC 7518 §3.3). */
const MIN_RSA_BITS = 2048

/** Published keys that were imported, by algorithm: importing one costs as much as a signature. They go with the key set they are of. */
const imported = new WeakMap<object, Map<string, Promise<CryptoKey>>>()

/**
 * The key as WebCrypto takes it to verify with, under one algorithm alone; `undefined` for a `CryptoKey` of another algorithm, and for an RSA
 * key that is too short. Rejects for a key that the platform does not take.
 */
export async function verificationKey(key: VerificationKey | CryptoKey | Uint8Array, alg: string): Promise<CryptoKey | undefined> {
  const algorithm = webCryptoAlgorithm(alg)
  const found = isCryptoKey(key) ? key : await importOnce(key, algorithm, alg)
  return isFor(algorithm, found) ? found : undefined
}

function importOnce(key: VerificationKey | Uint8Array, algorithm: WebCryptoAlgorithm, alg: string): Promise<CryptoKey> {
  if (key instanceof Uint8Array) return crypto.subtle.importKey('raw', key as Uint8Array<ArrayBuffer>, algorithm, false, ['verify'])
  const known = imported.get(key) ?? new Map<string, Promise<CryptoKey>>()
  imported.set(key, known)
  const before = known.get(alg)
  if (before !== undefined) return before
  // What the set says of the key's use has been looked at; platforms read it in ways of their own.
  const { alg: _alg, kid: _kid, ...jwk } = key
  const importing = crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify'])
  known.set(alg, importing)
  return importing
}

function isFor({ name, hash, namedCurve }: WebCryptoAlgorithm, key: CryptoKey): boolean {
  const actual = key.algorithm as { name: string; hash?: { name: string }; namedCurve?: string; modulusLength?: number }
  return (
    actual.name === name &&
    (actual.hash?.name ?? hash) === hash &&
    (actual.namedCurve ?? namedCurve) === namedCurve &&
    (actual.modulusLength ?? MIN_RSA_BITS) >= MIN_RSA_BITS
  )
}
