import { describe, expect, it } from 'vitest'
import { codeChallenge } from '../proof/pkce.js'
import { randomToken } from './random-token.js'
import { sessionOver, testClock, wire } from './testing/fixture.js'

describe('randomToken', () => {
  it.each([
    [undefined, 43],
    [16, 22],
    [48, 64],
  ])('S16: %s bytes make %s URL-safe characters, each time others', (bytes, length) => {
    const token = randomToken(bytes)
    expect(token).toMatch(new RegExp(`^[A-Za-z0-9_-]{${length}}$`))
    expect(randomToken(bytes)).not.toBe(token)
  })

  it('takes its randomness from an environment where one is given', () => {
    expect(randomToken(3, { randomBytes: (n) => new Uint8Array(n).fill(255) })).toBe('____')
  })

  it.each([32, 48, 96])('RFC 7636 §4.1: %d bytes are a verifier', async (bytes) => {
    expect(await codeChallenge(testClock(), randomToken(bytes))).toHaveLength(43)
  })

  it('what is made by hand begins a login', async () => {
    const state = randomToken()
    const begun = await sessionOver(
      wire(() => {
        throw new Error('nothing is sent')
      }),
    ).createAuthorizationUrl({
      state,
      codeVerifier: randomToken(48),
    })
    expect(begun.state).toBe(state)
  })

  it.each([0, -1, 1.5, Number.NaN, 65_537, '32', { randomBytes: () => new Uint8Array() }])('%j bytes are refused', (bytes) => {
    expect(() => randomToken(bytes as never)).toThrow(expect.objectContaining({ name: 'UsageError' }))
  })
})
