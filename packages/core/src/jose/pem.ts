import { base64urlBytes } from './encoding.js'

/** The first block of a PEM text. */
export interface Pem {
  /** What it says it is, such as `PRIVATE KEY`. */
  readonly label: string
  /** Encrypted by headers of its own, as OpenSSL's older formats are (RFC 1421 §4.6.1.1). */
  readonly isEncrypted: boolean
  /** The block alone, from its first line to its last. */
  readonly block: string
  /** Its bytes; `undefined` when it is no base64. */
  readonly der: Uint8Array | undefined
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([\s\S]*?)-----END \1-----/
const ENCRYPTED = /^\s*Proc-Type: 4,ENCRYPTED/

/**
 * Takes the first block of a PEM text; `undefined` when there is none. Text before it is passed over (RFC 7468 §5.2), and the two
 * characters `\n`, as line breaks end up in environment variables, count as a line break.
 *
 * @see RFC 7468 https://www.rfc-editor.org/rfc/rfc7468
 */
export function decodePem(text: string): Pem | undefined {
  const [block, label, body] = BLOCK.exec(text.replaceAll('\\n', '\n')) ?? []
  if (block === undefined || label === undefined || body === undefined) return undefined
  const isEncrypted = label === 'ENCRYPTED PRIVATE KEY' || ENCRYPTED.test(body)
  const base64url = body.replace(/\s/g, '').replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  return { label, block, isEncrypted, der: base64url === '' ? undefined : base64urlBytes(base64url) }
}
