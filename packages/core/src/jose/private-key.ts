import type { CryptoKey, JWK } from 'jose'
import { importPKCS8 } from 'jose/key/import'
import type { Maybe } from '../environment.js'
import { explain } from '../error/explain.js'
import { printableWord } from '../error/printable.js'
import { UsageError } from '../error/usage-error.js'
import { base64urlBytes, utf8Bytes } from './encoding.js'
import { isCryptoKey, isJwk, isNodeKey, type Jwk, type PrivateKeyInput } from './key-input.js'
import { decodePem, type Pem } from './pem.js'
import { bitLength, type KeyKind, pkcs8Kind } from './pkcs8.js'

/** A private key or a secret whose kind is known. The key itself is only in `load`, so that showing this shows nothing. */
export interface PrivateKey extends KeyKind {
  readonly kid?: string | undefined
  /** The algorithm it is reserved for. */
  readonly alg?: string | undefined
  /** The key as `jose` takes it for an algorithm, and for a content encryption where that decides; imported once. */
  load(alg: string, enc?: string): Maybe<CryptoKey | Uint8Array | JWK>
}

/** Shortest RSA modulus that is taken, in bits (RFC 7518 §3.3, §4.3). */
const MIN_RSA_BITS = 2048

/** The member that a private key has, and a public one has not (RFC 7518 §6). */
const PRIVATE_MEMBER: Readonly<Record<string, string>> = { RSA: 'd', EC: 'd', OKP: 'd', oct: 'k' }

const CONVERT = 'openssl pkcs8 -topk8 -nocrypt -in old.pem -out new.pem'

/**
 * Finds out what a key is, without waiting: what is wrong with it is told where it is configured.
 *
 * @param where what the error calls the key, such as `privateKeyJwt: option "key"`.
 * @throws {@link UsageError} a public key, an encrypted or older PEM, an RSA key under 2048 bits, or what is no key at all.
 */
export function privateKey(input: PrivateKeyInput, where: string): PrivateKey {
  const key = known(input, where)
  if (key.kty === 'RSA' && (key.bits ?? 0) < MIN_RSA_BITS) {
    throw new UsageError(
      explain && `${where} is an RSA key of ${key.bits} bits. At least ${MIN_RSA_BITS} are needed (RFC 7518 §3.3): make a new key.`,
    )
  }
  return key
}

function known(input: PrivateKeyInput, where: string): PrivateKey {
  if (typeof input === 'string') return fromText(input, where)
  if (input instanceof Uint8Array) return secret(new Uint8Array(input), where)
  if (isCryptoKey(input)) return fromCryptoKey(input, where)
  if (isNodeKey(input)) return fromJwk(exported(input, where), where)
  if (isJwk(input)) return fromJwk(input, where)
  throw new UsageError(
    explain && `${where} is ${whatItIs(input)}. Give one private key: PEM text (PKCS#8), a JWK, a CryptoKey or a KeyObject.`,
  )
}

function whatItIs(input: unknown): string {
  if (typeof input !== 'object' || input === null) return input === undefined ? 'missing' : 'no key'
  return 'keys' in input ? 'a JWK Set' : 'no key'
}

function fromText(text: string, where: string): PrivateKey {
  const pem = decodePem(text)
  if (pem !== undefined) return fromPem(pem, where)
  if (/-----BEGIN /.test(text))
    throw new UsageError(explain && `${where} is PEM that is cut off or damaged: its END line does not belong to its BEGIN line.`)
  if (/^\s*\{/.test(text)) throw new UsageError(explain && `${where} is JSON text. Parse it first: JSON.parse(…) makes a JWK of it.`)
  return secret(utf8Bytes(text), where)
}

function secret(bytes: Uint8Array, where: string): PrivateKey {
  if (bytes.length === 0) throw new UsageError(explain && `${where} is empty. Is an environment variable unset?`)
  return { kty: 'oct', bits: bytes.length * 8, load: () => bytes }
}

function fromPem({ label, block, isEncrypted, der }: Pem, where: string): PrivateKey {
  if (isEncrypted)
    throw new UsageError(explain && `${where} is an encrypted private key, which only its passphrase opens. Decrypt it first: ${CONVERT}`)
  if (label === 'RSA PRIVATE KEY' || label === 'EC PRIVATE KEY') {
    const format = label === 'RSA PRIVATE KEY' ? 'PKCS#1' : 'SEC 1'
    throw new UsageError(
      explain &&
        `${where} is PEM in the older format ${format} ("BEGIN ${label}"), and PKCS#8 ("BEGIN PRIVATE KEY") is needed. Convert it: ${CONVERT}`,
    )
  }
  if (/PUBLIC KEY$|^CERTIFICATE$/.test(label)) throw publicKeyGiven(where)
  if (label !== 'PRIVATE KEY')
    throw new UsageError(
      explain && `${where} is PEM of another kind ("BEGIN ${label}"). A private key in PKCS#8 is needed ("BEGIN PRIVATE KEY").`,
    )
  const kind = der === undefined ? undefined : pkcs8Kind(der)
  if (kind === undefined)
    throw new UsageError(
      explain &&
        `${where} is PEM that cannot be read: it is damaged, or a kind of key that JOSE has no algorithm for (RSA, EC, Ed25519 and X25519 are known).`,
    )
  const imported = new Map<string, Promise<CryptoKey>>()
  return {
    ...kind,
    load(alg) {
      const key = imported.get(alg) ?? importPKCS8(block, alg)
      imported.set(alg, key)
      return key
    },
  }
}

function fromJwk(jwk: Jwk, where: string): PrivateKey {
  const { kty, kid, alg, crv, n, k } = jwk
  const member = Object.hasOwn(PRIVATE_MEMBER, kty) ? PRIVATE_MEMBER[kty] : undefined
  if (member === undefined)
    throw new UsageError(explain && `${where} is a JWK of the unknown type ("kty") ${printableWord(kty)}. RSA, EC, OKP and oct are known.`)
  if (typeof jwk[member] !== 'string')
    throw kty === 'oct' ? new UsageError(explain && `${where} is a JWK without "k".`) : publicKeyGiven(where)
  // jose holds a key's own `alg` against it, and freezes what it is given: this copy is its own, always the same so that it is imported once.
  const { alg: _alg, ...copy } = jwk
  return {
    kty: kty as KeyKind['kty'],
    crv: typeof crv === 'string' ? crv : undefined,
    bits: bitsOf(kty, kty === 'RSA' ? n : k),
    kid: typeof kid === 'string' ? kid : undefined,
    alg: typeof alg === 'string' ? alg : undefined,
    load: () => copy as JWK,
  }
}

function bitsOf(kty: string, member: unknown): number | undefined {
  if (typeof member !== 'string') return kty === 'RSA' ? 0 : undefined
  const bytes = base64urlBytes(member) ?? new Uint8Array()
  return kty === 'RSA' ? bitLength(bytes) : bytes.length * 8
}

/** Algorithms by the name WebCrypto gives them, and its hash. */
const BY_NAME: Readonly<Record<string, (hash: string) => Pick<PrivateKey, 'kty' | 'alg'>>> = {
  'RSASSA-PKCS1-v1_5': (hash) => ({ kty: 'RSA', alg: `RS${hash}` }),
  'RSA-PSS': (hash) => ({ kty: 'RSA', alg: `PS${hash}` }),
  'RSA-OAEP': (hash) => ({ kty: 'RSA', alg: hash === '1' ? 'RSA-OAEP' : `RSA-OAEP-${hash}` }),
  HMAC: (hash) => ({ kty: 'oct', alg: `HS${hash}` }),
  'AES-GCM': () => ({ kty: 'oct' }),
  'AES-KW': () => ({ kty: 'oct' }),
  ECDSA: () => ({ kty: 'EC' }),
  ECDH: () => ({ kty: 'EC' }),
  Ed25519: () => ({ kty: 'OKP' }),
  X25519: () => ({ kty: 'OKP' }),
}

function fromCryptoKey(key: CryptoKey, where: string): PrivateKey {
  if (key.type === 'public') throw publicKeyGiven(where)
  const { name, hash, namedCurve, modulusLength, length } = key.algorithm as {
    readonly name: string
    readonly hash?: { readonly name: string }
    readonly namedCurve?: string
    readonly modulusLength?: number
    readonly length?: number
  }
  const kind = Object.hasOwn(BY_NAME, name) ? BY_NAME[name]?.(hash?.name.replace('SHA-', '') ?? '') : undefined
  if (kind === undefined)
    throw new UsageError(explain && `${where} is a CryptoKey for ${printableWord(name)}, which no algorithm here uses.`)
  return { ...kind, crv: namedCurve ?? (kind.kty === 'OKP' ? name : undefined), bits: modulusLength ?? length, load: () => key }
}

function exported(key: { readonly type: string; export(options: { format: 'jwk' }): object }, where: string): Jwk {
  if (key.type === 'public') throw publicKeyGiven(where)
  try {
    const jwk = key.export({ format: 'jwk' })
    if (isJwk(jwk)) return jwk
  } catch {
    // What Node says of it may show parts of the key.
  }
  throw new UsageError(
    explain && `${where} is a KeyObject of a kind that JOSE has no algorithm for. RSA (not RSA-PSS), EC, Ed25519 and X25519 are known.`,
  )
}

function publicKeyGiven(where: string): UsageError {
  return new UsageError(explain && `${where} is a public key, which can neither sign nor decrypt. Give the private key that belongs to it.`)
}
