import { describe, expect, it } from 'vitest'
import { json } from '../../test/answers.js'
import { NOW } from '../../test/environment.js'
import { createSigner } from '../../test/signer.js'
import { AS, server, sessionOver, testClock, wire } from './testing/fixture.js'

const signer = createSigner('RS256')
const idToken = (claims: object = {}) =>
  signer.sign({ iss: AS, sub: 'alice', aud: ['client', 'account'], azp: 'client', iat: NOW, exp: NOW + 300, ...claims })

/** A session at a server whose audience mapper adds its own API. */
function session(trustedAudiences?: readonly string[]) {
  const line = wire(({ endpoint }) =>
    endpoint === 'jwks' ? json({ keys: [signer.jwk] }) : json({ access_token: 'a2', token_type: 'Bearer', id_token: idToken() }),
  )
  return sessionOver(line, { environment: testClock(), server, trustedAudiences })
}

describe('OpenID Connect Core §3.1.3.7 step 3: trusted audiences of a session', () => {
  it('verifyIdToken takes them, and nobody else', async () => {
    expect(await session(['account']).verifyIdToken(idToken())).toMatchObject({ aud: ['client', 'account'] })
    const evil = session(['account']).verifyIdToken(idToken({ aud: ['client', 'account', 'evil'] }))
    await expect(evil).rejects.toMatchObject({ code: 'OAUTH_ID_TOKEN_AUD', message: expect.stringContaining('"evil"') })
  })

  it('there are none unless told', async () => {
    await expect(session().verifyIdToken(idToken())).rejects.toMatchObject({
      code: 'OAUTH_ID_TOKEN_AUD',
      message: expect.stringMatching(/"account".*"trustedAudiences"/),
    })
  })

  it('OpenID Connect Core §12.2: a renewed ID token may name them too', async () => {
    const renewed = session(['account'])
    await renewed.setToken({ access_token: 'a1', refresh_token: 'r1', id_token: idToken() })
    expect((await renewed.refreshToken()).access_token).toBe('a2')
    const strict = session()
    await strict.setToken({ access_token: 'a1', refresh_token: 'r1', id_token: idToken() })
    await expect(strict.refreshToken()).rejects.toMatchObject({ name: 'RefreshError' })
  })
})
