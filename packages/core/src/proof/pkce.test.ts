import { expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { browserEnvironment, testEnvironment } from '../../test/environment.js'
import { codeChallenge } from './pkce.js'

test.each([
  ['RFC 7636 Appendix B', 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
  ['S15', 'v'.repeat(43), '7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM'],
])('%s: the challenge of the vector', async (_name, verifier, challenge) => {
  expect(await codeChallenge(testEnvironment(), verifier)).toBe(challenge)
  expect(await codeChallenge(browserEnvironment(), verifier)).toBe(challenge)
})

test.each(['v'.repeat(42), 'v'.repeat(129), '', `${'v'.repeat(42)}é`, `${'v'.repeat(42)}+`, `${'v'.repeat(42)} `, `${'v'.repeat(43)}\n`])(
  'S15, RFC 7636 §4.1: the verifier %j is refused and not repeated',
  async (verifier) => {
    const error = await thrown(() => codeChallenge(testEnvironment(), verifier))
    expect(error).toMatchObject({ code: 'OAUTH_USAGE' })
    expect(String(error)).not.toContain('vvv')
  },
)

test.each(['v'.repeat(43), 'v'.repeat(128), 'A-Z.a_z~0'.repeat(6)])('RFC 7636 §4.1: the verifier %j is taken', async (verifier) => {
  expect(await codeChallenge(testEnvironment(), verifier)).toHaveLength(43)
})
