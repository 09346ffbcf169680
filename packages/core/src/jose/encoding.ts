import { decode, encode } from 'jose/base64url'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Bytes, or the UTF-8 bytes of a text, as unpadded base64url (RFC 7515 §2). */
export function base64url(data: Uint8Array | string): string {
  return encode(data)
}

/** Decodes base64url; `undefined` when the text is none. */
export function base64urlBytes(text: string): Uint8Array | undefined {
  try {
    return decode(text)
  } catch {
    return undefined
  }
}

/** The UTF-8 bytes of a text. */
export function utf8Bytes(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Standard base64 of UTF-8 text, as HTTP Basic wants it (RFC 7617 §2). */
export function base64(text: string): string {
  const padded = encode(text).replaceAll('-', '+').replaceAll('_', '/')
  return padded.padEnd(Math.ceil(padded.length / 4) * 4, '=')
}

/** Decodes standard base64 of UTF-8 text; `undefined` when the text is none. */
export function base64Text(text: string): string | undefined {
  const bytes = base64urlBytes(text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''))
  return bytes && decoder.decode(bytes)
}
