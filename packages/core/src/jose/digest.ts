import type { DigestAlgorithm, Environment, Maybe } from '../environment.js'

/** Hashes bytes: at once where the platform can, through WebCrypto otherwise. */
export function digest(environment: Environment, algorithm: DigestAlgorithm, data: Uint8Array): Maybe<Uint8Array> {
  if (environment.digest !== undefined) return environment.digest(algorithm, data)
  // Of this realm's promises `instanceof` knows: in some sandboxes, as Next's edge runtime, WebCrypto answers with another's.
  return Promise.resolve(crypto.subtle.digest(algorithm, data as Uint8Array<ArrayBuffer>)).then((hash) => new Uint8Array(hash))
}
