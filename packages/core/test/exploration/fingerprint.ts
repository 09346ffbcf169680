/** What a state is known by: 53 bits and 32 more. */
export interface Fingerprint {
  readonly name: number
  readonly check: number
}

/** Mixes a text into a hash of 53 bits: what has happened so far and what happened last, in one number. */
export function mixed(hash: number, text: string): number {
  let low = hash | 0
  let high = (hash / 0x1_0000_0000) | 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    low = Math.imul(low ^ code, 0x9e37_79b1)
    high = Math.imul(high ^ code, 0x5f35_6495)
  }
  low = Math.imul(low ^ (low >>> 16), 0x85eb_ca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2_ae35)
  high = Math.imul(high ^ (high >>> 16), 0x85eb_ca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2_ae35)
  return 0x1_0000_0000 * (high & 0x1f_ffff) + (low >>> 0)
}
