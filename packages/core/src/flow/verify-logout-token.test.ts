import { generateKeyPairSync } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { describe, expect, test } from 'vitest'
import { json, play } from '../../test/answers.js'
import { NOW, testEnvironment } from '../../test/environment.js'
import { CLAIMS, cacheWith, client as parties, server } from '../../test/parties.js'
import { createSigner, signHs256 } from '../../test/signer.js'
import type { Client } from '../client-authentication/client.js'
import { jweDecryption } from '../jose/jwe-decryption.js'
import { createCache } from './cache.js'
import { verifyIdToken } from './id-token.js'
import { type LogoutTokenOptions, verifyLogoutToken } from './verify-logout-token.js'

const environment = testEnvironment()
const signer = createSigner('RS256')
const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} }
const { nonce: _nonce, ...common } = CLAIMS
const LOGOUT = { ...common, jti: 'jti', sid: 'S1', events: EVENTS }

const verify = (token: string, { as = parties, ...options }: Partial<LogoutTokenOptions> & { readonly as?: Client } = {}) =>
  play(verifyLogoutToken(token, server, as, { environment, keyCache: cacheWith([signer.jwk]), ...options }))

test('Back-Channel Logout §2.6: the claims of a token that holds, as they are', async () => {
  expect(await verify(signer.sign(LOGOUT, { typ: 'logout+jwt' }))).toEqual({ requests: [], value: LOGOUT })
})

test('Back-Channel Logout §2.6 step 2: keys that are not there yet are fetched', async () => {
  const answers = [json({ keys: [signer.jwk] })]
  const flow = verifyLogoutToken(signer.sign(LOGOUT), server, parties, { environment, keyCache: createCache() })
  expect(await play(flow, ...answers)).toMatchObject({ requests: [{ endpoint: 'jwks' }], value: LOGOUT })
})

describe('Back-Channel Logout §4.1: one kind of token is never taken for the other', () => {
  test('LO02: an ID token is no logout token', async () => {
    expect(await verify(signer.sign(CLAIMS))).toMatchObject({ error: { code: 'OAUTH_LOGOUT_TOKEN_EVENTS' } })
    expect(await verify(signer.sign({ ...LOGOUT, nonce: 'nonce' }))).toMatchObject({ error: { code: 'OAUTH_LOGOUT_TOKEN_NONCE' } })
  })

  test.each(['logout+jwt', 'JWT', undefined])(
    'ID20: a logout token of typ %s is no ID token, also where no nonce was sent',
    async (typ) => {
      const idToken = signer.sign(LOGOUT, { typ })
      const flow = verifyIdToken(idToken, server, parties, { environment, keyCache: cacheWith([signer.jwk]), nonce: undefined })
      expect(await play(flow)).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_TYP' } })
    },
  )
})

describe('Back-Channel Logout §2.6 step 3: the algorithm is that of ID tokens', () => {
  const secret = 'a client secret of thirty-two bytes'
  const as = { ...parties, client_secret: secret, id_token_signed_response_alg: 'HS256' }

  test('with the client secret, where the client is registered so, and then no other', async () => {
    expect(await verify(signHs256(secret, LOGOUT), { as })).toMatchObject({ value: LOGOUT })
    expect(await verify(signer.sign(LOGOUT), { as })).toMatchObject({ error: { code: 'OAUTH_LOGOUT_TOKEN_ALG' } })
  })

  test('not with the client secret otherwise', async () => {
    const plain = { ...parties, client_secret: secret }
    expect(await verify(signHs256(secret, LOGOUT), { as: plain })).toMatchObject({ error: { code: 'OAUTH_LOGOUT_TOKEN_ALG' } })
  })
})

test('Back-Channel Logout §2.6 step 1: encrypted where ID tokens are, and only there', async () => {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const decryption = jweDecryption({ keys: own.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string })
  const as = { ...parties, decryption }
  const text = new TextEncoder().encode(signer.sign(LOGOUT))
  const encrypted = await new CompactEncrypt(text).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM', cty: 'JWT' }).encrypt(own.publicKey)
  expect(await verify(encrypted, { as })).toMatchObject({ value: LOGOUT })
  expect(await verify(signer.sign(LOGOUT), { as })).toMatchObject({ error: { code: 'OAUTH_LOGOUT_TOKEN_ENC' } })
  expect(await verify(encrypted)).toMatchObject({ error: { code: 'OAUTH_LOGOUT_TOKEN_ENC' } })
})

test('Back-Channel Logout §2.6 step 4: further audiences only where they are trusted', async () => {
  const token = signer.sign({ ...LOGOUT, aud: ['client', 'api'] })
  expect(await verify(token)).toMatchObject({ error: { code: 'OAUTH_LOGOUT_TOKEN_AUD' } })
  expect(await verify(token, { as: { ...parties, trusted_audiences: ['api'] } })).toMatchObject({ value: { sid: 'S1' } })
})

test('Back-Channel Logout §2.6 step 4: clocks may differ as much as told, and not more than a minute', async () => {
  const late = (seconds: number) => signer.sign({ ...LOGOUT, exp: NOW - seconds })
  const codes = async (clockTolerance: number | undefined, seconds: number) =>
    ((await verify(late(seconds), { clockTolerance })).error as { code?: string } | undefined)?.code
  expect(await Promise.all([codes(undefined, 9), codes(30, 29), codes(600, 59)])).toEqual([undefined, undefined, undefined])
  expect(await Promise.all([codes(undefined, 10), codes(600, 60), codes(Number.NaN, 10)])).toEqual(Array(3).fill('OAUTH_LOGOUT_TOKEN_EXP'))
})

test('the message says what was found, and quotes nothing of the token', async () => {
  const { error } = await verify(signer.sign({ ...LOGOUT, iss: 'https://evil.example', sid: 'SECRET-CANARY' }))
  expect(error).toMatchObject({
    message: expect.stringMatching(
      /^Logout token refused: it is from another issuer .* \(OpenID Connect Back-Channel Logout §2\.6 step 4\)$/,
    ),
  })
  expect(JSON.stringify(error)).not.toMatch(/evil|CANARY/)
})
