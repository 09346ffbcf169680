import { hash } from 'node:crypto'

/** An entry of PostgreSQL's index holds 2704 bytes at most. */
const MAX_BYTES = 2000

/**
 * The key as PostgreSQL can hold it. Most keys stay as they are, so that a person finds them with psql. U+0000 and half a surrogate pair,
 * which its text has no room for, are spelled `\u0000`, and a backslash is doubled; a key too long for an index becomes `\h` and its hash.
 */
export function keyText(key: string): string {
  const text = key.replaceAll(/[\\\0]|\p{Surrogate}/gu, escaped)
  return Buffer.byteLength(text) <= MAX_BYTES ? text : `\\h${sha256(text)}`
}

/** SHA-256 in hexadecimal, as `encode(sha256(…), 'hex')` makes it. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex')
}

function escaped(character: string): string {
  return character === '\\' ? '\\\\' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
