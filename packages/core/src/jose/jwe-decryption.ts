import { compactDecrypt } from 'jose/jwe/compact/decrypt'
import { type Explanation, explain } from '../error/explain.js'
import { assertKnownOptions } from '../error/known-options.js'
import { quoted } from '../error/printable.js'
import { UsageError } from '../error/usage-error.js'
import { isJsonObject, type JsonObject, parseJson } from '../http/json.js'
import type { Decrypted, Decryption } from './decryption.js'
import { base64urlBytes } from './encoding.js'
import { isCompactJwe } from './jwe.js'
import type { PrivateKeyInput } from './key-input.js'
import { type PrivateKey, privateKey } from './private-key.js'
import { secretKey } from './secret-key.js'

/** What is decrypted, and with which keys. */
export interface JweDecryptionOptions {
  /**
   * Private keys (PEM, JWK, `CryptoKey`, `KeyObject`) or shared secrets (bytes, JWK of type `oct`): one, several, or a JWK Set of them, whose
   * keys for signing are passed over.
   */
  readonly keys?: PrivateKeyInput | readonly PrivateKeyInput[] | { readonly keys: readonly PrivateKeyInput[] } | undefined
  /** The client secret, where the server encrypts with keys that follow from it: `dir`, `A128KW` and their kin (OpenID Connect Core §10.2). */
  readonly clientSecret?: string | undefined
  /** Key management algorithms that are taken. All below unless told. */
  readonly algorithms?: readonly string[] | undefined
  /** Content encryption algorithms that are taken. All below unless told. */
  readonly encryptions?: readonly string[] | undefined
}

const OPTIONS: readonly (keyof JweDecryptionOptions)[] = ['keys', 'clientSecret', 'algorithms', 'encryptions']

/**
 * Key management algorithms, and the keys they need (RFC 7518 §4.1). `RSA1_5` is not among them, for a server that tells good padding from bad
 * gives the key away, nor is `PBES2`, whose cost the sender chooses.
 */
const ALGORITHMS: Readonly<Record<string, readonly PrivateKey['kty'][]>> = {
  'RSA-OAEP': ['RSA'],
  'RSA-OAEP-256': ['RSA'],
  'RSA-OAEP-384': ['RSA'],
  'RSA-OAEP-512': ['RSA'],
  'ECDH-ES': ['EC', 'OKP'],
  'ECDH-ES+A128KW': ['EC', 'OKP'],
  'ECDH-ES+A192KW': ['EC', 'OKP'],
  'ECDH-ES+A256KW': ['EC', 'OKP'],
  dir: ['oct'],
  A128KW: ['oct'],
  A192KW: ['oct'],
  A256KW: ['oct'],
  A128GCMKW: ['oct'],
  A192GCMKW: ['oct'],
  A256GCMKW: ['oct'],
}

/** Content encryption algorithms (RFC 7518 §5.1). */
const ENCRYPTIONS: readonly string[] = ['A128GCM', 'A192GCM', 'A256GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512']

/** Keys that are tried for one JWE without a `kid`. */
const MAX_TRIES = 5

const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true })

/**
 * Makes what decrypts JWEs that a server encrypts for this client: ID tokens, UserInfo, introspection. For the option `decryption`.
 *
 * Never decompresses (`zip`), knows no extension (`crit`), and reads no more than 128 KiB.
 *
 * @throws {@link UsageError} for unknown options, for what is no private key, and for algorithms that are not known.
 * @see RFC 7516 §5.2 https://www.rfc-editor.org/rfc/rfc7516#section-5.2
 */
export function jweDecryption(options: JweDecryptionOptions): Decryption {
  assertKnownOptions(options, OPTIONS, 'jweDecryption')
  const { keys, clientSecret, algorithms, encryptions = ENCRYPTIONS } = options
  const given = keys === undefined ? [] : listOf(keys)
  if (given.length === 0 && !clientSecret) {
    throw new UsageError(
      explain && 'jweDecryption: option "keys" is missing or empty: nothing could be decrypted. Is an environment variable unset?',
    )
  }
  const known = given.map((key, at) => decryptionKey(key, `jweDecryption: option "keys"${given.length > 1 ? `, key ${at + 1},` : ''}`))
  assertKnown('algorithms', algorithms, Object.keys(ALGORITHMS))
  assertKnown('encryptions', encryptions, ENCRYPTIONS)
  const all = clientSecret ? [...known, secretKey(clientSecret)] : known
  return { decrypt: (jwe, alg) => decrypt(jwe, all, { algorithms: alg === undefined ? algorithms : [alg], encryptions }) }
}

interface Allowed {
  readonly algorithms: readonly string[] | undefined
  readonly encryptions: readonly string[]
}

async function decrypt(jwe: string, keys: readonly PrivateKey[], { algorithms, encryptions }: Allowed): Promise<Decrypted> {
  const header = isCompactJwe(jwe) ? headerOf(jwe) : undefined
  if (header === undefined) return refused('is no compact JWE, or is too long', 'RFC 7516 §7.1')
  const { alg, enc, kid, zip, crit } = header
  if (zip !== undefined) return refused('is encrypted and compressed ("zip"): nothing is decompressed', 'RFC 8725 §3.6')
  if (crit !== undefined) return refused('is encrypted with a "crit" header; no extension is understood', 'RFC 7516 §4.1.13')
  if (typeof alg !== 'string' || !Object.hasOwn(ALGORITHMS, alg) || algorithms?.includes(alg) === false)
    return refused(`${byAlgorithm(alg)}`, 'RFC 8725 §3.2')
  if (typeof enc !== 'string' || !encryptions.includes(enc))
    return refused(`is encrypted by an "enc" that is not taken (${word(enc)})`, 'RFC 8725 §3.2')
  const candidates = keys.filter((key) => fits(key, alg, kid)).slice(0, MAX_TRIES)
  for (const key of candidates) {
    try {
      const { plaintext } = await compactDecrypt(jwe, await key.load(alg, enc), {
        keyManagementAlgorithms: [alg],
        contentEncryptionAlgorithms: [enc],
        maxDecompressedLength: 0,
      })
      return { text: utf8.decode(plaintext) }
    } catch {
      // Why it failed is told to nobody: the difference would help who guesses.
    }
  }
  if (candidates.length > 0) return refused(`is encrypted, and no key decrypts it (${alg}, ${enc})`, 'RFC 7516 §5.2')
  return refused(
    `is encrypted for a key that is not here (${alg}, ${typeof kid === 'string' ? 'named by its "kid"' : 'without a "kid"'}): give it in jweDecryption({ keys })`,
    'RFC 7516 §5.2',
  )
}

/** Encryption cannot be told from signing by the kind of an RSA or EC key; where a key names its purpose, it counts. */
function fits({ kty, crv, kid, alg: reserved }: PrivateKey, alg: string, wanted: unknown): boolean {
  return (
    ALGORITHMS[alg]?.includes(kty) === true &&
    crv !== 'Ed25519' &&
    (reserved === undefined || reserved === alg || (alg === 'dir' && ENCRYPTIONS.includes(reserved))) &&
    (typeof wanted !== 'string' || kid === undefined || kid === wanted)
  )
}

function byAlgorithm(alg: unknown): Explanation {
  if (alg === 'RSA1_5') return explain && 'is encrypted by RSA1_5, which is not safe: register the client for RSA-OAEP-256 or ECDH-ES'
  return explain && `is encrypted by an "alg" that is not taken (${word(alg)}): compare what the client is registered for`
}

function word(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : 'none'
}

function refused(found: string, reference: string): Decrypted {
  return { refused: explain && found, reference }
}

function headerOf(jwe: string): JsonObject | undefined {
  try {
    const header = parseJson(utf8.decode(base64urlBytes(jwe.slice(0, jwe.indexOf('.')))))
    return isJsonObject(header) ? header : undefined
  } catch {
    return undefined
  }
}

function listOf(keys: NonNullable<JweDecryptionOptions['keys']>): readonly PrivateKeyInput[] {
  if (Array.isArray(keys)) return keys
  const set = typeof keys === 'object' && keys !== null && 'keys' in keys ? keys.keys : undefined
  return Array.isArray(set) ? set.filter(({ use }: { readonly use?: unknown }) => use !== 'sig') : [keys as PrivateKeyInput]
}

function decryptionKey(input: PrivateKeyInput, where: string): PrivateKey {
  const key = privateKey(input, where)
  if (typeof input === 'string' && key.kty === 'oct') {
    throw new UsageError(explain && `${where} is text that is no PEM. Give a private key, or the bytes of a shared secret.`)
  }
  if (key.crv === 'Ed25519' || key.crv === 'secp256k1')
    throw new UsageError(explain && `${where} is on the curve ${key.crv}, which does not decrypt. Use P-256, P-384, P-521 or X25519.`)
  if (key.alg !== undefined && !Object.hasOwn(ALGORITHMS, key.alg) && !ENCRYPTIONS.includes(key.alg)) {
    throw new UsageError(
      explain && `${where} is reserved for ${quoted(key.alg)}, which does not decrypt. Known: ${Object.keys(ALGORITHMS).join(', ')}.`,
    )
  }
  return key
}

function assertKnown(option: string, words: readonly string[] | undefined, known: readonly string[]): void {
  const unknown = words?.find((one) => !known.includes(one))
  if (unknown !== undefined)
    throw new UsageError(explain && `jweDecryption: option "${option}": ${quoted(unknown)} is not taken. Known: ${known.join(', ')}.`)
}
