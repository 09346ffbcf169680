import type { CryptoKey } from 'jose'
import { compactVerify } from 'jose/jws/compact/verify'
import { isJsonObject, type JsonObject, parseJson } from '../http/json.js'
import { base64urlBytes } from './encoding.js'
import type { VerificationKey } from './jwk-set.js'

/** Longest compact JWS that is decoded, in characters. */
export const MAX_JWS_LENGTH = 131_072

/** A key that checks one signature: a published one, a `CryptoKey`, or the bytes of a secret. */
export type JwsKey = VerificationKey | CryptoKey | Uint8Array

/** A signed token taken apart; nothing in it is verified yet. */
export interface DecodedJws {
  readonly compact: string
  readonly header: JsonObject & { readonly alg: string }
  readonly payload: JsonObject
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)$/

/**
 * Takes a compact JWS apart; `undefined` when it is too long, has not exactly three base64url parts, or its header or payload is not a
 * strict JSON object (members given twice are refused, RFC 7515 §4 and RFC 7519 §4).
 */
export function decodeJws(compact: string): DecodedJws | undefined {
  if (compact.length > MAX_JWS_LENGTH) return undefined
  const parts = COMPACT.exec(compact)
  if (parts === null) return undefined
  const header = jsonPart(parts[1])
  const payload = jsonPart(parts[2])
  if (header === undefined || payload === undefined || !hasAlgorithm(header)) return undefined
  return { compact, header, payload }
}

/**
 * Checks the signature with one key under the algorithm the caller has pinned. Keys named in the header (`jwk`, `jku`, `x5u`, `x5c`) are
 * never looked at.
 */
export async function verifyJws({ compact, header }: DecodedJws, key: JwsKey): Promise<boolean> {
  const { alg } = header
  // jose remembers an imported key by its object: the same one has to be handed in each time. A copy is made only for an `Ed25519` key called `EdDSA`.
  const jwk = 'alg' in key && key.alg !== alg ? { ...key, alg } : key
  try {
    await compactVerify(compact, jwk, { algorithms: [alg] })
    return true
  } catch {
    return false
  }
}

function hasAlgorithm(header: JsonObject): header is JsonObject & { readonly alg: string } {
  return typeof header['alg'] === 'string'
}

function jsonPart(part: string | undefined): JsonObject | undefined {
  const bytes = base64urlBytes(part ?? '')
  if (bytes === undefined) return undefined
  try {
    const value = parseJson(utf8.decode(bytes))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
