import type { CryptoKey } from 'jose'
import { isJsonObject, type JsonObject, parseJson } from '../http/json.js'
import { base64urlBytes, base64urlText, utf8Bytes } from './encoding.js'
import type { VerificationKey } from './jwk-set.js'
import { webCryptoAlgorithm } from './jws-algorithm.js'
import { verificationKey } from './verification-key.js'

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
 * Checks the signature with one key under the algorithm the caller has pinned, which is one that is known. Keys named in the header (`jwk`,
 * `jku`, `x5u`, `x5c`) are never looked at.
 *
 * @see RFC 7515 §5.2 https://www.rfc-editor.org/rfc/rfc7515#section-5.2
 */
export async function verifyJws({ compact, header }: DecodedJws, key: JwsKey): Promise<boolean> {
  const { alg } = header
  const end = compact.lastIndexOf('.')
  const signature = base64urlBytes(compact.slice(end + 1))
  if (signature === undefined) return false
  try {
    const imported = await verificationKey(key, alg)
    const signed = utf8Bytes(compact.slice(0, end))
    return (
      imported !== undefined &&
      (await crypto.subtle.verify(
        webCryptoAlgorithm(alg),
        imported,
        signature as Uint8Array<ArrayBuffer>,
        signed as Uint8Array<ArrayBuffer>,
      ))
    )
  } catch {
    // A key that the platform does not take for the algorithm has signed nothing by it.
    return false
  }
}

function hasAlgorithm(header: JsonObject): header is JsonObject & { readonly alg: string } {
  return typeof header['alg'] === 'string'
}

function jsonPart(part: string | undefined): JsonObject | undefined {
  const text = base64urlText(part ?? '')
  if (text === undefined) return undefined
  try {
    const value = parseJson(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
