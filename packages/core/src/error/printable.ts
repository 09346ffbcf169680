import { explain } from './explain.js'

const MAX_TEXT = 300
const MAX_WORD = 64

/** Everything that could break a log line, a header or a terminal: controls, line separators, bidirectional overrides, lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu

/** Replaces what could forge a log line or a header. */
export function harmless(text: string): string {
  return text.replace(UNSAFE, '\uFFFD')
}

/** Cuts a text that a stranger wrote and replaces what could forge a log line or a header. */
export function printable(text: string): string {
  const safe = harmless(text.slice(0, MAX_TEXT))
  return text.length > MAX_TEXT ? `${safe}…` : safe
}

/** A stranger's text for the middle of a sentence: cut, cleaned, in quotes that it cannot end, and without the sign that begins markup. */
export const quoted: (text: string) => string = explain ? (text) => JSON.stringify(printable(text)).replaceAll('<', '\\u003C') : printable

/** Keeps an `error` value as it is when it looks like one (RFC 6749 §5.2: no quotes, no controls, ASCII), else says that it does not. */
export function printableWord(text: string): string {
  return text.length <= MAX_WORD && /^[A-Za-z0-9_.:/-]+$/.test(text) ? text : 'unreadable'
}
