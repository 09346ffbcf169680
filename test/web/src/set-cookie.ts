/** What an answer tells the browser to keep. */
export interface ReceivedCookie {
  readonly name: string
  readonly value: string
  /** In lower case and sorted, without `Max-Age`. */
  readonly attributes: readonly string[]
  /** Seconds; undefined when it is not told. */
  readonly maxAge: number | undefined
}

/** Reads a `Set-Cookie` header without putting anything right. */
export function readSetCookie(header: string): ReceivedCookie {
  const [pair = '', ...attributes] = header.split(';').map((part) => part.trim())
  const maxAge = attributes.map((one) => /^max-age=(-?\d+)$/i.exec(one)?.[1]).find((found) => found !== undefined)
  return {
    name: pair.slice(0, pair.indexOf('=')),
    value: pair.slice(pair.indexOf('=') + 1),
    attributes: attributes
      .map((one) => one.toLowerCase())
      .filter((one) => !one.startsWith('max-age='))
      .sort(),
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
  }
}
