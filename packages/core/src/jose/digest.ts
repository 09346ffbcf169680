import type { DigestAlgorithm, Environment, Maybe } from '../environment.js'

/** Hashes bytes: at once where the platform can, through WebCrypto otherwise. */
export function digest(environment: Environment, algorithm: DigestAlgorithm, data: Uint8Array): Maybe<Uint8Array> {
  if (environment.digest !== undefined) return environment.digest(algorithm, data)
  return webCryptoDigest(algorithm, data)
}

/** Awaited, and so a promise that `instanceof` knows: in some sandboxes, as Next's edge runtime, WebCrypto answers with those of another realm. */
async function webCryptoDigest(algorithm: DigestAlgorithm, data: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(algorithm, data as Uint8Array<ArrayBuffer>))
}
