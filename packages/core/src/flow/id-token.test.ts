import { createPublicKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { answer, json, play } from '../../test/answers.js'
import { testEnvironment } from '../../test/environment.js'
import { CLAIMS, cacheWith, client, server } from '../../test/parties.js'
import { createSigner, signHs256, unsigned } from '../../test/signer.js'
import { createCache } from './cache.js'
import { verifyIdToken } from './id-token.js'

const environment = testEnvironment()
const rsa = createSigner('RS256')
const every = {
  ...server,
  id_token_signing_alg_values_supported: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
}

/** Verifies with keys that are in the cache; a request for keys is answered with the same ones. */
const verify = (idToken: string, keys: readonly unknown[], { metadata = every, registered = undefined as string | undefined } = {}) =>
  play(
    verifyIdToken(
      idToken,
      metadata,
      { ...client, id_token_signed_response_alg: registered },
      { environment, keyCache: cacheWith(keys), nonce: 'nonce' },
    ),
    json({ keys }),
  )

test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const)(
  '%s verifies without a request when the key is known',
  async (alg) => {
    const signer = createSigner(alg)
    expect(await verify(signer.sign(CLAIMS), [signer.jwk])).toEqual({ requests: [], value: CLAIMS })
  },
)

test('by hand: the keys are asked for, then the claims are there', async () => {
  const flow = verifyIdToken(rsa.sign(CLAIMS), server, client, { environment, keyCache: createCache(), nonce: 'nonce' })
  const { value: request } = await flow.next()
  expect(request).toMatchObject({ endpoint: 'jwks', method: 'GET', url: server.jwks_uri })
  expect(await flow.next(json({ keys: [rsa.jwk] }))).toEqual({ done: true, value: CLAIMS })
})

describe('ID01: bad signature', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)('%s with the last segment replaced by AAAA', async (alg) => {
    const signer = createSigner(alg)
    const forged = signer.sign(CLAIMS).replace(/[^.]+$/, 'AAAA')
    expect(await verify(forged, [signer.jwk])).toMatchObject({ requests: [], error: { code: 'OAUTH_ID_TOKEN_SIG' } })
  })

  test('by another key with the same kid, or with no signature at all', async () => {
    const other = createSigner('RS256')
    expect(await verify(other.sign(CLAIMS), [rsa.jwk])).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
    expect(await verify(rsa.sign(CLAIMS).replace(/[^.]+$/, ''), [rsa.jwk])).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
  })

  test('the signature comes before the claims: a forged token is told nothing about them', async () => {
    const forged = rsa.sign({ ...CLAIMS, iss: 'https://evil.example' }).replace(/[^.]+$/, 'AAAA')
    expect(await verify(forged, [rsa.jwk])).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
    expect(await verify(rsa.sign({ ...CLAIMS, iss: 'https://evil.example' }), [rsa.jwk])).toMatchObject({
      error: { code: 'OAUTH_ID_TOKEN_ISS' },
    })
  })
})

describe('ID02, C7: no signature', () => {
  test.each(['none', 'None', ''])('alg %j, announced or not', async (alg) => {
    const metadata = { ...server, id_token_signing_alg_values_supported: ['RS256', alg] }
    for (const token of [unsigned(CLAIMS, { alg }), unsigned(CLAIMS, { alg, kid: rsa.jwk.kid }), rsa.sign(CLAIMS, { alg })]) {
      expect(await verify(token, [rsa.jwk], { metadata })).toMatchObject({ requests: [], error: { code: 'OAUTH_ID_TOKEN_ALG' } })
    }
  })

  test('alg absent', async () => {
    expect(await verify(unsigned(CLAIMS, {}), [rsa.jwk])).toMatchObject({ requests: [], error: { code: 'OAUTH_ID_TOKEN_MALFORMED' } })
  })
})

describe('ID03: RS/HS confusion: HS256 keyed with the RSA public key', () => {
  const { use: _use, ...jwk } = rsa.jwk
  const key = createPublicKey({ key: jwk, format: 'jwk' })

  test.each([
    ['PEM', key.export({ type: 'spki', format: 'pem' })],
    ['DER', key.export({ type: 'spki', format: 'der' })],
    ['JWK text', JSON.stringify(rsa.jwk)],
    ['modulus', rsa.jwk['n'] ?? ''],
  ])('%s', async (_name, secret) => {
    const metadata = { ...server, id_token_signing_alg_values_supported: ['RS256', 'HS256'] }
    for (const header of [{}, { kid: rsa.jwk.kid }]) {
      expect(await verify(signHs256(secret, CLAIMS, header), [rsa.jwk], { metadata })).toMatchObject({
        error: { code: 'OAUTH_ID_TOKEN_ALG' },
      })
    }
  })

  test('HS256 with a symmetric key that the server publishes', async () => {
    const oct = { kty: 'oct', kid: 'oct', alg: 'HS256', k: Buffer.from('secret').toString('base64url') }
    expect(await verify(signHs256('secret', CLAIMS, { kid: 'oct' }), [oct])).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ALG' } })
  })
})

test('ID09: audiences that the client trusts, and no others', async () => {
  const aud = ['client', 'account']
  const check = (trusted_audiences?: readonly string[]) =>
    play(
      verifyIdToken(
        rsa.sign({ ...CLAIMS, aud }),
        every,
        { ...client, trusted_audiences },
        { environment, keyCache: cacheWith([rsa.jwk]), nonce: 'nonce' },
      ),
    )
  expect(await check(['account'])).toMatchObject({ value: { aud } })
  for (const trusted of [undefined, [], ['other']]) expect(await check(trusted)).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_AUD' } })
})

test('ID04: RS256 where PS256 is registered, though the key would fit', async () => {
  const { alg: _alg, ...key } = rsa.jwk
  expect(await verify(rsa.sign(CLAIMS), [key], { registered: 'PS256' })).toMatchObject({
    requests: [],
    error: { code: 'OAUTH_ID_TOKEN_ALG' },
  })
  expect(await verify(rsa.sign(CLAIMS), [key], { registered: 'RS256' })).toMatchObject({ value: CLAIMS })
})

describe('ID05: key in the header', () => {
  const attacker = createSigner('RS256', { kid: 'attacker' })

  test.each([
    ['jwk', { jwk: attacker.jwk }],
    ['jku', { jku: 'https://evil.example/jwks' }],
    ['x5u', { x5u: 'https://evil.example/x5u' }],
    ['x5c', { x5c: ['MIIB'] }],
  ])('%s is ignored, nothing is fetched from it', async (_name, header) => {
    expect(await verify(attacker.sign(CLAIMS, { ...header, kid: rsa.jwk.kid }), [rsa.jwk])).toMatchObject({
      requests: [],
      error: { code: 'OAUTH_ID_TOKEN_SIG' },
    })
    const unknown = await verify(attacker.sign(CLAIMS, header), [rsa.jwk])
    expect(unknown).toMatchObject({ error: { code: 'OAUTH_KEY_NOT_FOUND' } })
    expect(unknown.requests.map(({ url }) => url)).toEqual([server.jwks_uri])
    expect(await verify(rsa.sign(CLAIMS, header), [rsa.jwk])).toMatchObject({ requests: [], value: CLAIMS })
  })
})

test.each([{ crit: ['bork'], bork: 1 }, { crit: ['b64'], b64: false }, { crit: [] }])(
  'ID06: %j is refused though the signature holds',
  async (header) => {
    expect(await verify(rsa.sign(CLAIMS, header), [rsa.jwk])).toMatchObject({ requests: [], error: { code: 'OAUTH_ID_TOKEN_CRIT' } })
  },
)

test.each(['at+jwt', 'logout+jwt', 'dpop+jwt', 'oauth-authz-req+jwt'])(
  'ID20: JWT type confusion: typ %s is refused though the signature holds',
  async (typ) => {
    expect(await verify(rsa.sign(CLAIMS, { typ }), [rsa.jwk])).toMatchObject({ requests: [], error: { code: 'OAUTH_ID_TOKEN_TYP' } })
  },
)

test('ID21: duplicate claims and headers are refused though the signature holds', async () => {
  const head = JSON.stringify({ alg: 'RS256', kid: rsa.jwk.kid })
  const body = JSON.stringify(CLAIMS)
  expect(await verify(rsa.raw(head, body.replace('}', ',"sub":"evil"}')), [rsa.jwk])).toMatchObject({
    error: { code: 'OAUTH_ID_TOKEN_MALFORMED' },
  })
  expect(await verify(rsa.raw(head.replace('}', ',"alg":"RS256"}'), body), [rsa.jwk])).toMatchObject({
    error: { code: 'OAUTH_ID_TOKEN_MALFORMED' },
  })
})

describe('ID26: key misuse', () => {
  test('ES256 with a P-384 key: no key of the set can have made it', async () => {
    const p384 = createSigner('ES384', { kid: 'k' })
    const key = { ...p384.jwk, alg: 'ES256' }
    expect(await verify(p384.sign(CLAIMS, { alg: 'ES256' }), [key])).toMatchObject({ error: { code: 'OAUTH_KEY_NOT_FOUND' } })
  })

  test('RSA of 1024 bits', async () => {
    const weak = createSigner('RS256', { modulusLength: 1024 })
    expect(await verify(weak.sign(CLAIMS), [weak.jwk])).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
  })

  test('an ECDSA signature in DER', async () => {
    const der = createSigner('ES256', { dsaEncoding: 'der' })
    expect(await verify(der.sign(CLAIMS), [der.jwk])).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
  })
})

describe('JK14, C22: kid absent', () => {
  const others = Array.from({ length: 4 }, (_, n) => createSigner('ES256', { kid: `other-${n}` }).jwk)
  const signer = createSigner('ES256', { kid: 'right' })
  const token = signer.sign(CLAIMS, { kid: undefined })

  test('one matching key: accepted', async () => {
    expect(await verify(token, [signer.jwk, rsa.jwk])).toEqual({ requests: [], value: CLAIMS })
  })

  test('several: each is tried, up to five', async () => {
    expect(await verify(token, [...others, signer.jwk])).toEqual({ requests: [], value: CLAIMS })
    const sixth = [...others, { ...others[0], kid: 'one more' }, signer.jwk]
    expect(await verify(token, sixth)).toMatchObject({ error: { code: 'OAUTH_KEY_NOT_FOUND' } })
  })

  test('a kid that is no text names no key', async () => {
    expect(await verify(signer.sign(CLAIMS, { kid: 7 }), [signer.jwk])).toMatchObject({ value: CLAIMS })
  })
})

test('JK15, #771: one kid for a signing and an encryption key, and for keys of other types', async () => {
  const signer = createSigner('ES256', { kid: 'same' })
  const keys = [
    { ...rsa.jwk, kid: 'same' },
    { ...createSigner('ES256').jwk, kid: 'same', use: 'enc' },
    { ...createSigner('ES384').jwk, kid: 'same' },
    signer.jwk,
  ]
  expect(await verify(signer.sign(CLAIMS), keys)).toMatchObject({ requests: [], value: CLAIMS })
})

test('JK16: a good key among bad entries is found', async () => {
  const keys = [{ kty: 'RSA', kid: rsa.jwk.kid }, null, { kty: 'oct', k: 'AAAA' }, rsa.jwk, { kty: 'EC', crv: 'P-256', x: '!', y: '!' }]
  const { value } = await play(
    verifyIdToken(rsa.sign(CLAIMS), server, client, { environment, keyCache: createCache(), nonce: 'nonce' }),
    json({ keys }),
  )
  expect(value).toEqual(CLAIMS)
})

test('a server without jwks_uri cannot have its tokens verified', async () => {
  const { jwks_uri: _none, ...metadata } = server
  const flow = verifyIdToken(rsa.sign(CLAIMS), metadata, client, { environment, keyCache: createCache(), nonce: 'nonce' })
  expect(await play(flow, answer(500))).toMatchObject({ requests: [], error: { code: 'OAUTH_ENDPOINT_MISSING' } })
})

test('C8: without an issuer in the metadata no ID token is taken, whatever its iss', async () => {
  const { issuer: _none, ...metadata } = server
  for (const iss of ['', undefined, 'https://evil.example']) {
    const flow = verifyIdToken(rsa.sign({ ...CLAIMS, iss }), metadata, client, { environment, keyCache: createCache(), nonce: 'nonce' })
    expect(await play(flow, json({ keys: [rsa.jwk] }))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ISS' } })
  }
})
