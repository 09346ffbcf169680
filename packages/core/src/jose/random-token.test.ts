import { expect, test } from 'vitest'
import { testEnvironment } from '../../test/environment.js'
import { base64, base64url, base64urlBytes, utf8Bytes } from './encoding.js'
import { randomToken } from './random-token.js'

test.each([
  [32, 43],
  [48, 64],
  [16, 22],
])('%d bytes make %d URL-safe characters', (bytes, length) => {
  expect(randomToken(testEnvironment(), bytes)).toMatch(new RegExp(`^[A-Za-z0-9_-]{${length}}$`))
})

test('32 bytes, unless told, from the environment alone', () => {
  const asked: number[] = []
  const randomBytes = (n: number) => {
    asked.push(n)
    return new Uint8Array(n).fill(255)
  }
  expect(randomToken({ randomBytes })).toBe(`${'_'.repeat(42)}8`)
  expect(asked).toEqual([32])
})

test.each(['', 'f', 'fo', 'foo', 'é:%', '😀'])('RFC 7617 §2: base64 of %j is padded', (text) => {
  expect(base64(text)).toBe(Buffer.from(text).toString('base64'))
})

test('RFC 7515 §2: base64url, and what is none', () => {
  expect(base64url(Uint8Array.of(251, 255))).toBe('-_8')
  expect(base64url('é')).toBe('w6k')
  expect(base64urlBytes('-_8')).toEqual(Uint8Array.of(251, 255))
  expect(base64urlBytes('é')).toBeUndefined()
  expect(utf8Bytes('é')).toEqual(Uint8Array.of(0xc3, 0xa9))
})
