import { expect, it } from 'vitest'
import { base64url, base64urlBytes, latin1Bytes } from './encoding.js'

it('RFC 7515 §2: base64url has no padding, whatever the length, and comes back as it was', () => {
  for (let length = 0; length < 400; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 151 + length) % 256)
    const text = base64url(bytes)
    expect(text).toBe(Buffer.from(bytes).toString('base64url'))
    expect(base64urlBytes(text)).toEqual(bytes)
  }
})

it('the bytes of a text whose characters are one byte each', () => {
  expect(latin1Bytes('Aé\u00ff\u0000')).toEqual(Uint8Array.of(0x41, 0xe9, 0xff, 0))
})
