import { type DerElement, derContents, derElement } from './der.js'

/** What kind of key a text holds; nothing of the key itself. */
export interface KeyKind {
  readonly kty: 'RSA' | 'EC' | 'OKP' | 'oct'
  readonly crv?: string | undefined
  /** Length of an RSA modulus or of a secret, in bits. */
  readonly bits?: number | undefined
}

const SEQUENCE = 0x30
const OCTET_STRING = 0x04

/** Object identifiers in hexadecimal, and what they stand for (RFC 8017 A.1, RFC 5480 §2.1.1, RFC 8410 §3). */
const ALGORITHMS: Readonly<Record<string, Pick<KeyKind, 'kty' | 'crv'>>> = {
  '2a864886f70d010101': { kty: 'RSA' },
  '2a8648ce3d0201': { kty: 'EC' },
  '2b6570': { kty: 'OKP', crv: 'Ed25519' },
  '2b656e': { kty: 'OKP', crv: 'X25519' },
}
const CURVES: Readonly<Record<string, string>> = {
  '2a8648ce3d030107': 'P-256',
  '2b81040022': 'P-384',
  '2b81040023': 'P-521',
  '2b8104000a': 'secp256k1',
}

/**
 * The kind of a private key in DER; `undefined` when it is no PKCS#8, or a kind that no algorithm here uses.
 *
 * @see RFC 5208 §5 https://www.rfc-editor.org/rfc/rfc5208#section-5
 */
export function pkcs8Kind(der: Uint8Array): KeyKind | undefined {
  const [, algorithm, privateKey] = contents(der, derElement(der, 0), SEQUENCE)
  const [oid, parameters] = contents(der, algorithm, SEQUENCE)
  const known = ALGORITHMS[hex(der, oid)]
  if (known === undefined || privateKey?.tag !== OCTET_STRING) return undefined
  if (known.kty === 'RSA') return { ...known, bits: modulusBits(der, derElement(der, privateKey.start)) }
  return known.kty === 'EC' ? { ...known, crv: CURVES[hex(der, parameters)] } : known
}

/** The bits of a number that is written out in bytes, the most significant first. */
export function bitLength(number: Uint8Array): number {
  const at = number.findIndex((byte) => byte !== 0)
  return at === -1 ? 0 : (number.length - at) * 8 - Math.clz32(number[at] ?? 0) + 24
}

function modulusBits(der: Uint8Array, rsaPrivateKey: DerElement | undefined): number {
  const [, modulus] = contents(der, rsaPrivateKey, SEQUENCE)
  return modulus === undefined ? 0 : bitLength(der.subarray(modulus.start, modulus.end))
}

function contents(der: Uint8Array, outer: DerElement | undefined, tag: number): readonly DerElement[] {
  return outer?.tag === tag ? derContents(der, outer) : []
}

function hex(der: Uint8Array, element: DerElement | undefined): string {
  if (element === undefined) return ''
  return [...der.subarray(element.start, element.end)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
