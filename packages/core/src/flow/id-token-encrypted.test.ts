import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { describe, expect, test } from 'vitest'
import { json, play } from '../../test/answers.js'
import { testEnvironment } from '../../test/environment.js'
import { CLAIMS, cacheWith, client as parties, server } from '../../test/parties.js'
import { createSigner, unsigned } from '../../test/signer.js'
import type { Client } from '../client-authentication/client.js'
import { jweDecryption } from '../jose/jwe-decryption.js'
import { verifyIdToken } from './id-token.js'
import { refreshToken } from './refresh-token.js'

const environment = testEnvironment()
const signer = createSigner('RS256')
const [own, other] = [generateKeyPairSync('ec', { namedCurve: 'P-256' }), generateKeyPairSync('ec', { namedCurve: 'P-256' })]
const decryption = jweDecryption({ keys: own.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string })
const client: Client = { ...parties, decryption }

const encrypt = (text: string, { key = own.publicKey, alg = 'ECDH-ES', enc = 'A128CBC-HS256' } = {}) =>
  new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ alg, enc, cty: 'JWT' }).encrypt(key)

const verify = (idToken: string, as: Client = client) =>
  play(verifyIdToken(idToken, server, as, { environment, keyCache: cacheWith([signer.jwk]), nonce: 'nonce' }))

test('OpenID Connect Core §3.1.3.7 step 1: an encrypted ID token is decrypted, then verified', async () => {
  expect(await verify(await encrypt(signer.sign(CLAIMS)))).toEqual({ requests: [], value: CLAIMS })
  expect(await verify(await encrypt(signer.sign({ ...CLAIMS, aud: 'x' })))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_AUD' } })
})

describe('ID01, ID02: encryption is no signature: anybody can encrypt', () => {
  test.each([
    ['a forged signature', createSigner('RS256').sign(CLAIMS), 'OAUTH_ID_TOKEN_SIG'],
    ['alg none', unsigned(CLAIMS), 'OAUTH_ID_TOKEN_ALG'],
    ['claims alone', JSON.stringify(CLAIMS), 'OAUTH_ID_TOKEN_MALFORMED'],
  ])('%s', async (_name, text, code) => {
    expect(await verify(await encrypt(text))).toMatchObject({ requests: [], error: { code } })
  })

  test('encrypted twice', async () => {
    expect(await verify(await encrypt(await encrypt(signer.sign(CLAIMS))))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_MALFORMED' } })
  })
})

describe('ID23: encryption mismatch', () => {
  test('a plain JWS where encryption was agreed', async () => {
    expect(await verify(signer.sign(CLAIMS))).toMatchObject({
      requests: [],
      error: { code: 'OAUTH_ID_TOKEN_ENC', message: expect.stringMatching(/is not encrypted.*"decryption"/) },
    })
  })

  test('a JWE where none was agreed', async () => {
    expect(await verify(await encrypt(signer.sign(CLAIMS)), parties)).toMatchObject({
      requests: [],
      error: { code: 'OAUTH_ID_TOKEN_ENC', message: expect.stringMatching(/jweDecryption.*_encrypted_response_alg/) },
    })
  })

  test('a client that is registered for encrypted UserInfo alone takes plain ID tokens', async () => {
    for (const member of ['userinfo_encrypted_response_alg', 'introspection_encrypted_response_alg']) {
      expect(await verify(signer.sign(CLAIMS), { ...client, [member]: 'ECDH-ES' })).toMatchObject({ value: CLAIMS })
      const both = { ...client, [member]: 'ECDH-ES', id_token_encrypted_response_alg: 'ECDH-ES' }
      expect(await verify(signer.sign(CLAIMS), both)).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ENC' } })
      expect(await verify(await encrypt(signer.sign(CLAIMS)), both)).toMatchObject({ value: CLAIMS })
    }
  })

  test('another algorithm than the one that is registered; another key', async () => {
    const registered = { ...client, id_token_encrypted_response_alg: 'ECDH-ES+A256KW' }
    expect(await verify(await encrypt(signer.sign(CLAIMS)), registered)).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ENC' } })
    expect(await verify(await encrypt(signer.sign(CLAIMS), { alg: 'ECDH-ES+A256KW' }), registered)).toMatchObject({ value: CLAIMS })
    expect(await verify(await encrypt(signer.sign(CLAIMS), { key: other.publicKey }))).toMatchObject({
      error: { code: 'OAUTH_ID_TOKEN_ENC' },
    })
  })
})

test('a decryption of the application’s own, for keys that never leave their hardware', async () => {
  const token = signer.sign(CLAIMS)
  const jwe = await encrypt(token)
  expect(await verify(jwe, { ...parties, decryption: { decrypt: async () => ({ text: token }) } })).toMatchObject({ value: CLAIMS })
})

describe('OpenID Connect Core §12.2: renewal', () => {
  const token = { access_token: 'A', token_type: 'Bearer', refresh_token: 'R' }
  const renew = async (before: string | undefined, after: string) =>
    play(
      refreshToken(server, client, {
        environment,
        token: { ...token, ...(before === undefined ? {} : { id_token: before }) },
        keyCache: cacheWith([signer.jwk]),
      }),
      json({ access_token: 'B', token_type: 'Bearer', id_token: after }),
    )
  const sealed = (claims: object = {}) => encrypt(signer.sign({ ...CLAIMS, ...claims }))

  test('the encrypted ID tokens are of one person', async () => {
    expect(await renew(await sealed(), await sealed())).toMatchObject({ value: { claims: { sub: 'alice' } } })
    expect(await renew(await sealed(), await sealed({ sub: 'mallory' }))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SUB' } })
    expect(await renew(await sealed(), await sealed({ nonce: 'other' }))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_NONCE' } })
  })

  test('one stored before encryption was agreed is compared all the same; one that nobody can read is not', async () => {
    expect(await renew(signer.sign(CLAIMS), await sealed({ sub: 'mallory' }))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SUB' } })
    const unreadable = await encrypt(signer.sign(CLAIMS), { key: other.publicKey })
    expect(await renew(unreadable, await sealed({ nonce: undefined }))).toMatchObject({ value: { claims: { sub: 'alice' } } })
    expect(await renew(undefined, await sealed())).toMatchObject({ value: { claims: { sub: 'alice' } } })
  })

  test('ID23: a renewed one that is plain is refused', async () => {
    expect(await renew(await sealed(), signer.sign(CLAIMS))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ENC' } })
  })
})

test('a JWE of random parts never throws anything but a refusal', async () => {
  for (let count = 0; count < 50; count++) {
    const jwe = Array.from({ length: 5 }, () => randomBytes(count).toString('base64url') || 'A').join('.')
    expect(await verify(jwe)).toMatchObject({ error: { name: 'ProtocolError', code: 'OAUTH_ID_TOKEN_ENC' } })
  }
})
