/** The media type without parameters, in lower case; `''` when there is none. */
function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Tells whether a content type is JSON (RFC 8259, or a `+json` type of RFC 6839). */
export function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true
  const type = mediaType(contentType)
  return type === 'application/json' || /^application\/[a-z0-9.!#$&^_-]+\+json$/.test(type)
}

/** Tells whether a content type is that of a JWT, signed or encrypted (RFC 7519 §10.3.1), or a `+jwt` type such as that of RFC 9701. */
export function isJwt(contentType: string | undefined): boolean {
  return /^application\/([a-z0-9.!#$&^_-]+\+)?jwt$/.test(mediaType(contentType))
}
