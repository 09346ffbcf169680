import type { CryptoKey } from 'jose'
import type { Maybe } from '../environment.js'
import { type Explanation, explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import type { JsonObject } from '../http/json.js'
import { derContents, derElement } from './der.js'
import { candidateKeys, verificationKeys } from './jwk-set.js'
import type { DecodedJws, JwsKey } from './jws.js'
import { webCryptoAlgorithm } from './jws-algorithm.js'
import { isCryptoKey, isJwk, isNodeKey, type Jwk, type NodeKey } from './key-input.js'
import type { KeySource } from './key-source.js'
import { decodePem, type Pem } from './pem.js'

/** A public key: PEM (`PUBLIC KEY`, or the key in a `CERTIFICATE`, whose dates and issuer are not looked at), a JWK, a `CryptoKey`, or a `KeyObject` of Node. */
export type PublicKeyInput = string | Jwk | CryptoKey | NodeKey

/** Keys that may have made a signature: one, several, or a JWK Set. */
export type PublicKeys = PublicKeyInput | readonly PublicKeyInput[] | { readonly keys: readonly Jwk[] }

/** Keys, or a function that finds them by what stands in header and payload, of which nothing is verified yet. */
export type KeysOption = PublicKeys | ((header: JsonObject, payload: JsonObject) => Maybe<PublicKeys>)

/**
 * Makes what a server's signatures are checked with, in the place of the keys that it publishes: for the option `keys`. Of a JWK Set only the keys
 * with the `kid` of the header count, where it has one; a key that is given by itself is tried whatever its `kid`.
 *
 * @throws {@link UsageError} without a key. What is no public key is one when a signature is checked.
 */
export function publicKeys(keys: KeysOption): KeySource {
  const given: readonly unknown[] = [keys].flat()
  if (given.length === 0 || given.some((key) => !key)) {
    throw new UsageError(
      explain && 'publicKeys: the keys are missing or empty: no signature could be checked. Is an environment variable unset?',
    )
  }
  return keySource(keys, explain && 'publicKeys: a key')
}

/**
 * The same, without looking at the keys.
 *
 * @param where what errors call the keys.
 * @throws {@link UsageError} for what is no public key; when the keys are looked at.
 */
export function keySource(keys: KeysOption, where: Explanation): KeySource {
  return {
    async candidates(jws) {
      const given = typeof keys === 'function' ? await keys(jws.header, jws.payload) : keys
      const found = await Promise.all([given].flat().map((key) => candidates(key, jws, where)))
      return found.flat()
    },
  }
}

async function candidates(
  key: PublicKeyInput | { readonly keys: readonly Jwk[] },
  jws: DecodedJws,
  where: Explanation,
): Promise<readonly JwsKey[]> {
  const { alg, kid } = jws.header
  if (typeof key === 'string') return fromPem(key, alg, where)
  if (isCryptoKey(key) || isNodeKey(key)) {
    if (key.type !== 'public') throw notPublic(where)
    return isCryptoKey(key) ? [key] : fromJwk(key.export({ format: 'jwk' }) as Jwk, alg, where)
  }
  if (isJwk(key)) return fromJwk(key, alg, where)
  const set = typeof key === 'object' && key !== null ? verificationKeys(key) : undefined
  if (set === undefined) {
    throw new UsageError(
      explain && `${where} is no public key. Give a JWK Set, a JWK, PEM text, a CryptoKey, a KeyObject, a list of them, or a function.`,
    )
  }
  return candidateKeys(set, alg, typeof kid === 'string' ? kid : undefined)
}

function fromJwk(jwk: Jwk, alg: string, where: Explanation): readonly JwsKey[] {
  if (jwk['d'] !== undefined || jwk['k'] !== undefined) throw notPublic(where)
  return candidateKeys(verificationKeys({ keys: [jwk] }) ?? [], alg, undefined)
}

async function fromPem(text: string, alg: string, where: Explanation): Promise<readonly JwsKey[]> {
  const pem = decodePem(text)
  if (pem === undefined || !/^(PUBLIC KEY|CERTIFICATE)$/.test(pem.label)) {
    if (pem !== undefined && /PRIVATE KEY$/.test(pem.label)) throw notPublic(where)
    throw new UsageError(
      explain &&
        `${where} is text, and no PEM of a public key ("BEGIN PUBLIC KEY") or a certificate. A JWK Set or JWK that is text has to be parsed first.`,
    )
  }
  const spki = publicKeyBytes(pem)
  if (spki === undefined) throw new UsageError(explain && `${where} is PEM that cannot be read: it is damaged.`)
  try {
    return [await crypto.subtle.importKey('spki', spki as Uint8Array<ArrayBuffer>, webCryptoAlgorithm(alg), false, ['verify'])]
  } catch {
    // A key of another kind than the one that the algorithm needs.
    return []
  }
}

/** The SubjectPublicKeyInfo: of a certificate, its seventh element, or sixth where the version is left out (RFC 5280 §4.1). */
function publicKeyBytes({ label, der = new Uint8Array() }: Pem): Uint8Array | undefined {
  const outer = derElement(der, 0)
  if (outer === undefined || label === 'PUBLIC KEY') return outer && der
  const [body] = derContents(der, outer)
  const elements = body === undefined ? [] : derContents(der, body)
  const at = elements[0]?.tag === 0xa0 ? 6 : 5
  const [before, key] = [elements[at - 1], elements[at]]
  return before && key && der.subarray(before.end, key.end)
}

function notPublic(where: Explanation): UsageError {
  return new UsageError(
    explain &&
      `${where} is a private key or a secret. Signatures are checked with the public key; the private one belongs to nobody but the signer.`,
  )
}
