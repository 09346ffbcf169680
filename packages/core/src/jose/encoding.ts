const encoder = /* @__PURE__ */ new TextEncoder()
const decoder = /* @__PURE__ */ new TextDecoder()
const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true })
/** Bytes that are encoded faster without an array for them. */
const SHORT = 128
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Bytes, or the UTF-8 bytes of a text, as unpadded base64url (RFC 7515 §2). */
export function base64url(data: Uint8Array | string): string {
  const bytes = typeof data === 'string' ? encoder.encode(data) : data
  const characters: number[] = []
  let at = 0
  while (at < bytes.length) {
    const group = ((bytes[at++] ?? 0) << 16) | ((bytes[at++] ?? 0) << 8) | (bytes[at++] ?? 0)
    characters.push(character(group >> 18), character(group >> 12), character(group >> 6), character(group))
  }
  // A token, or a hash, becomes a text in a third of the time that bytes take.
  const text = bytes.length <= SHORT ? String.fromCharCode(...characters) : decoder.decode(new Uint8Array(characters))
  // What does not fit any more, after the last group, is padding.
  return text.slice(0, Math.ceil((bytes.length * 4) / 3))
}

function character(bits: number): number {
  return ALPHABET.charCodeAt(bits & 63)
}

/** Decodes base64url; `undefined` when the text is none. */
export function base64urlBytes(text: string): Uint8Array | undefined {
  return /^[\w-]*$/.test(text) ? base64Bytes(text.replaceAll('-', '+').replaceAll('_', '/')) : undefined
}

/** Decodes base64url of UTF-8 text; `undefined` when it is none. */
export function base64urlText(text: string): string | undefined {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    // Most is ASCII, and that needs no bytes in between.
    return /[\u0080-\u00ff]/.test(binary) ? utf8.decode(Uint8Array.from(binary, (byte) => byte.charCodeAt(0))) : binary
  } catch {
    return undefined
  }
}

/** The UTF-8 bytes of a text. */
export function utf8Bytes(text: string): Uint8Array {
  return encoder.encode(text)
}

/** The bytes of a text of which each character is one. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  // `Uint8Array.from` takes ten times as long.
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

/** Standard base64 of UTF-8 text, as HTTP Basic wants it (RFC 7617 §2). */
export function base64(text: string): string {
  return btoa(String.fromCharCode(...utf8Bytes(text)))
}

/** Decodes standard base64 of UTF-8 text; `undefined` when the text is none. */
export function base64Text(text: string): string | undefined {
  const bytes = base64Bytes(text)
  return bytes && decoder.decode(bytes)
}

function base64Bytes(text: string): Uint8Array | undefined {
  try {
    return latin1Bytes(atob(text))
  } catch {
    return undefined
  }
}
