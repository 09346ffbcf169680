import { MAX_JWS_LENGTH } from './jws.js'

const COMPACT = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}$/

/**
 * Tells whether a text has the shape of an encrypted token: five parts where a signed one has three. Nothing of it is decrypted.
 *
 * @see RFC 7516 §9 https://www.rfc-editor.org/rfc/rfc7516#section-9
 */
export function isCompactJwe(compact: string): boolean {
  const second = compact.indexOf('.', compact.indexOf('.') + 1)
  // Most tokens are only signed: their second dot is the last, and they need not be read for it.
  return second !== compact.lastIndexOf('.') && compact.length <= MAX_JWS_LENGTH && COMPACT.test(compact)
}
