import type { Environment } from '../environment.js'
import { base64url } from './encoding.js'

/** A random URL-safe text with `bytes` bytes of entropy; 32 bytes make 43 characters. For state, nonce and PKCE verifiers. */
export function randomToken({ randomBytes }: Pick<Environment, 'randomBytes'>, bytes = 32): string {
  return base64url(randomBytes(bytes))
}

/**
 * Makes several texts of 43 characters, one for each call, out of bytes that are drawn together: platforms charge by the draw. Each character
 * is six random bits.
 */
export function randomTokens({ randomBytes }: Pick<Environment, 'randomBytes'>, count: number): () => string {
  let drawn = ''
  return () => {
    // 33 bytes make 44 characters without a remainder: one more than a token has.
    if (drawn === '') drawn = base64url(randomBytes(33 * count))
    const token = drawn.slice(0, 43)
    drawn = drawn.slice(44)
    return token
  }
}
