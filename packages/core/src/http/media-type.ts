const JSON_TYPE = /^\s*application\/([a-z0-9.!#$&^_-]+\+)?json\s*(;|$)/i
const JWT_TYPE = /^\s*application\/([a-z0-9.!#$&^_-]+\+)?jwt\s*(;|$)/i

/** Tells whether a content type is JSON (RFC 8259, or a `+json` type of RFC 6839). */
export function isJson(contentType = ''): boolean {
  return JSON_TYPE.test(contentType)
}

/** Tells whether a content type is that of a JWT, signed or encrypted (RFC 7519 §10.3.1), or a `+jwt` type such as that of RFC 9701. */
export function isJwt(contentType = ''): boolean {
  return JWT_TYPE.test(contentType)
}
