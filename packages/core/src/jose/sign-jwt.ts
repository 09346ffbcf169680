import { CompactSign } from 'jose/jws/compact/sign'
import { explain } from '../error/explain.js'
import { printableWord } from '../error/printable.js'
import { UsageError } from '../error/usage-error.js'
import { utf8Bytes } from './encoding.js'
import { hmacBits } from './hmac-algorithm.js'
import { keyFor } from './jws-algorithm.js'
import type { PrivateKeyInput } from './key-input.js'
import { type PrivateKey, privateKey } from './private-key.js'

/** A key that signs: a private key or a secret. */
export type SigningKey = PrivateKeyInput

/** How JWTs are signed. */
export interface JwtSignerOptions {
  readonly key: SigningKey
  /** Chosen by the key when absent: `RS256`, `ES256`/`ES384`/`ES512` by the curve, `EdDSA`, `HS256`. */
  readonly alg?: string | undefined
  /** Names the key to the server; that of a JWK when absent. */
  readonly kid?: string | undefined
  /** Further members of the header. `typ` is `JWT` unless told. */
  readonly header?: Readonly<Record<string, unknown>> | undefined
}

/** Signs claims: a compact JWS. */
export type JwtSigner = (claims: Readonly<Record<string, unknown>>) => Promise<string>

/** The algorithm that an elliptic curve signs with (RFC 7518 §3.4, RFC 8037 §3.1). */
const BY_CURVE: Readonly<Record<string, string>> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512', Ed25519: 'EdDSA' }

/**
 * Makes a function that signs JWTs with one key. Key and algorithm are checked here; the key is imported at the first signature and kept.
 *
 * @param where what errors call it, such as `privateKeyJwt`.
 * @param takes whether a secret will do.
 * @throws {@link UsageError} for a key that cannot sign, or not by the algorithm that is asked for.
 * @see RFC 7515 §3.1 https://www.rfc-editor.org/rfc/rfc7515#section-3.1
 */
export function jwtSigner(where: string, options: JwtSignerOptions, takes: 'any key' | 'private key' = 'any key'): JwtSigner {
  const { key: input, alg: given, kid, header = {} } = options
  const { alg: inHeader, ...further } = header
  assertHeader(further, where)
  const key = privateKey(input, `${where}: option "key"`)
  if (takes === 'private key' && key.kty === 'oct') {
    throw new UsageError(
      explain &&
        `${where}: option "key" is a secret, and a private key is needed: the text of a PEM file, not its name. clientSecretJwt signs with the client secret.`,
    )
  }
  const alg = algorithm(key, given ?? inHeader, where)
  const named = kid ?? key.kid
  const protectedHeader = { alg, typ: 'JWT', ...(named === undefined ? {} : { kid: named }), ...further }
  return async (claims) => {
    const payload = utf8Bytes(JSON.stringify(claims))
    try {
      return await new CompactSign(payload).setProtectedHeader(protectedHeader).sign(await key.load(alg), {})
    } catch {
      // What the platform says of a broken key may show parts of it.
      throw new UsageError(
        explain && `${where}: option "key" cannot be used for ${alg}: the key is damaged, or the platform does not know the algorithm.`,
      )
    }
  }
}

function algorithm(key: PrivateKey, given: unknown, where: string): string {
  const alg = given ?? key.alg ?? (key.kty === 'RSA' ? 'RS256' : key.kty === 'oct' ? 'HS256' : BY_CURVE[key.crv ?? ''])
  if (alg === undefined)
    throw new UsageError(
      explain &&
        `${where}: no algorithm signs with the key: its curve is ${printableWord(key.crv ?? 'unknown')}. Use P-256, P-384, P-521 or Ed25519.`,
    )
  if (typeof alg !== 'string' || (keyFor(alg) === undefined && hmacBits(alg) === undefined)) throw unknownAlgorithm(alg, where)
  const { kty, crv } = keyFor(alg) ?? { kty: 'oct', crv: undefined }
  const reserved = key.alg !== undefined && key.alg !== alg && !(crv === 'Ed25519' && key.crv === crv)
  if (kty !== key.kty || (crv !== undefined && crv !== key.crv) || reserved) {
    throw new UsageError(
      explain && `${where}: key and algorithm do not belong together: ${alg} needs ${needed(kty, crv, alg)}, and the key is ${found(key)}.`,
    )
  }
  const bits = hmacBits(alg) ?? 0
  if (kty === 'oct' && (key.bits ?? bits) < bits) {
    throw new UsageError(
      explain &&
        `${where}: the secret has ${(key.bits ?? 0) / 8} bytes, and ${alg} needs ${bits / 8} at least (RFC 7518 §3.2). Let the server issue a longer one.`,
    )
  }
  return alg
}

function unknownAlgorithm(alg: unknown, where: string): UsageError {
  const name = printableWord(String(alg))
  const advice =
    name === 'ES256K' ? 'its curve secp256k1 is not part of WebCrypto; use ES256' : 'known: RS*, PS*, ES256, ES384, ES512, EdDSA, HS*'
  return new UsageError(explain && `${where}: nothing is signed by the algorithm ${name}: ${advice}.`)
}

function needed(kty: string, crv: string | undefined, alg: string): string {
  if (kty === 'oct') return 'a secret'
  return crv === undefined ? `an RSA key for ${alg}` : `a key on the curve ${crv}`
}

function found({ kty, crv, alg }: PrivateKey): string {
  const kind = kty === 'oct' ? 'a secret' : kty === 'RSA' ? 'an RSA key' : `a key on the curve ${printableWord(crv ?? 'unknown')}`
  return alg === undefined ? kind : `${kind} reserved for ${printableWord(alg)}`
}

function assertHeader(header: Readonly<Record<string, unknown>>, where: string): void {
  const refused = ['crit', 'b64'].find((name) => header[name] !== undefined)
  if (refused !== undefined)
    throw new UsageError(explain && `${where}: option "header" cannot have "${refused}": no extension of JWS is used.`)
}
