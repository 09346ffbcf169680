/** One element of DER: its tag, and where its content begins and ends. */
export interface DerElement {
  readonly tag: number
  readonly start: number
  readonly end: number
}

/** Longest length field that is read, in bytes: no key needs more. */
const MAX_LENGTH_BYTES = 3

/** Reads the element that begins at `at`; `undefined` when there is none, or it does not fit into the bytes. @see X.690 §8.1 */
export function derElement(bytes: Uint8Array, at: number): DerElement | undefined {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) return undefined
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || lengthBytes > MAX_LENGTH_BYTES) return undefined
  const start = at + 2 + lengthBytes
  const length = lengthBytes === 0 ? first : bytes.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0)
  return start + length <= bytes.length ? { tag, start, end: start + length } : undefined
}

/** The elements inside an element, in their order; those after one that cannot be read are left out. */
export function derContents(bytes: Uint8Array, outer: DerElement): readonly DerElement[] {
  const within = bytes.subarray(0, outer.end)
  const found: DerElement[] = []
  for (let at = outer.start; at < outer.end; ) {
    const element = derElement(within, at)
    if (element === undefined) break
    found.push(element)
    at = element.end
  }
  return found
}
