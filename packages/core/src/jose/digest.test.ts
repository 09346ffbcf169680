import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { browserEnvironment } from '../../test/environment.js'
import { codeChallenge } from '../proof/pkce.js'

/** As WebCrypto answers in Next's edge runtime, and in other sandboxes. */
const foreignPromise: (promise: Promise<ArrayBuffer>) => Promise<ArrayBuffer> = runInNewContext(
  '(promise) => new Promise((resolve, reject) => promise.then(resolve, reject))',
)

describe('digest', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('RFC 7636 §4.2: waits for a hash that comes by a promise of another realm', async () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const { digest } = crypto.subtle
    vi.spyOn(crypto.subtle, 'digest').mockImplementation((...given) => foreignPromise(digest.apply(crypto.subtle, given)))
    expect(await codeChallenge(browserEnvironment(), verifier)).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
  })
})
