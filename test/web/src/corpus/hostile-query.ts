/**
 * A query with a value as somebody writes it into a link by hand: only what no browser sends as it is is escaped, so that `&`, `#` and `%` mean what
 * they do.
 */
export function rawQuery(name: string, value: string): string {
  const bytes = [...new TextEncoder().encode(value)]
  return `${name}=${bytes.map((byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`)).join('')}`
}
