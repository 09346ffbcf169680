import type { Environment } from '../environment.js'
import { base64url } from './encoding.js'

/** A random URL-safe text with `bytes` bytes of entropy; 32 bytes make 43 characters. For state, nonce and PKCE verifiers. */
export function randomToken({ randomBytes }: Pick<Environment, 'randomBytes'>, bytes = 32): string {
  return base64url(randomBytes(bytes))
}
