import { expect, test } from 'vitest'
import { browserEnvironment, testEnvironment } from '../../test/environment.js'
import { halfHash } from './half-hash.js'

const VECTORS = [
  ['RS256', '61RCcFlp3I2l36yPlljcaA'],
  ['PS256', '61RCcFlp3I2l36yPlljcaA'],
  ['ES384', '6jN8cc0x0FY1ayrBcBsrBf2txOCCEzyZ'],
  ['EdDSA', 'HTTObVykerqRZD2qVRD3DIW1cfDyzZK4eg4cFUGoB1M'],
  ['Ed25519', 'HTTObVykerqRZD2qVRD3DIW1cfDyzZK4eg4cFUGoB1M'],
  ['ES512', 'HTTObVykerqRZD2qVRD3DIW1cfDyzZK4eg4cFUGoB1M'],
] as const

test.each(VECTORS)('B21: the half hash of "AT" under %s is %s, with and without synchronous hashes', async (alg, expected) => {
  expect(await halfHash(testEnvironment(), alg, 'AT')).toBe(expected)
  expect(await halfHash(browserEnvironment(), alg, 'AT')).toBe(expected)
})

test('OpenID Connect Core §A.3: the at_hash of the example', async () => {
  expect(await halfHash(testEnvironment(), 'RS256', 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y')).toBe('77QmUPtjPfzWtF2AnpK9RQ')
})

test.each(['ES256K', 'none', '', 'RS1', 'HS224', 'RSA-OAEP', 'toString'])('TR17, B21: the hash of %j is unknown', async (alg) => {
  expect(await halfHash(testEnvironment(), alg, 'AT')).toBeUndefined()
})
