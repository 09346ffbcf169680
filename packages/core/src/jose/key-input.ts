import type { CryptoKey as JoseCryptoKey } from 'jose'

/** A JSON Web Key as an object (RFC 7517 §4). */
export interface Jwk {
  readonly kty: string
  readonly kid?: string | undefined
  readonly alg?: string | undefined
  readonly [member: string]: unknown
}

/** A key of Node's `crypto` module, seen from outside: on other platforms there is none. */
export interface NodeKey {
  readonly type: string
  readonly asymmetricKeyType?: string | undefined
  export(options: { format: 'jwk' }): object
}

/** A private key or a secret: PEM (PKCS#8) or the text of a secret, the bytes of a secret, a JWK, a `CryptoKey`, or a `KeyObject` of Node. */
export type PrivateKeyInput = string | Uint8Array | Jwk | JoseCryptoKey | NodeKey

/** Tells whether a value is a `CryptoKey`, of this realm or another. Workers of before September 2024 put no tag on theirs. */
export function isCryptoKey(value: unknown): value is JoseCryptoKey {
  return tagOf(value) === 'CryptoKey' || value instanceof CryptoKey
}

/** Tells whether a value is a `KeyObject` of Node. */
export function isNodeKey(value: unknown): value is NodeKey {
  return tagOf(value) === 'KeyObject'
}

/** Tells whether a value is an object that could be a JWK. */
export function isJwk(value: unknown): value is Jwk {
  return typeof value === 'object' && value !== null && typeof (value as { kty?: unknown }).kty === 'string'
}

function tagOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] : undefined
}
