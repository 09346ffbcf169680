import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, webcrypto } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { json, play } from '../../test/answers.js'
import { testEnvironment } from '../../test/environment.js'
import { CLAIMS, cacheWith, client, server } from '../../test/parties.js'
import { createSigner, type Signer } from '../../test/signer.js'
import type { KeysOption } from '../jose/given-keys.js'
import type { NodeKey } from '../jose/key-input.js'
import { type VerificationOptions, verifyIdToken } from './verify-id-token.js'

const environment = testEnvironment()
const every = {
  issuer: server.issuer,
  id_token_signing_alg_values_supported: [
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
    'Ed25519',
  ],
}
const rsa = createSigner('RS256')
const ec = createSigner('ES256')

const verify = (idToken: string, keys: KeysOption, options: Partial<VerificationOptions> = {}) =>
  play(verifyIdToken(idToken, every, client, { environment, nonce: 'nonce', keys, ...options }))

const nodeKey = ({ jwk }: Signer) => createPublicKey({ key: jwk, format: 'jwk' })
const pem = (signer: Signer) => nodeKey(signer).export({ type: 'spki', format: 'pem' }) as string
const cryptoKey = async (signer: Signer, algorithm: object) =>
  (await webcrypto.subtle.importKey('spki', nodeKey(signer).export({ type: 'spki', format: 'der' }), algorithm as never, true, [
    'verify',
  ])) as CryptoKey

/** A certificate that only its key is right of: nobody looks at the rest. */
function certificate(signer: Signer, version: boolean): string {
  const der = (tag: number, ...contents: readonly Uint8Array[]) => {
    const body = Buffer.concat(contents)
    const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff]
    return Buffer.concat([Buffer.from([tag, ...length]), body])
  }
  const empty = der(0x30)
  const spki = nodeKey(signer).export({ type: 'spki', format: 'der' })
  const serial = der(2, Buffer.of(1))
  const body = der(0x30, ...(version ? [der(0xa0, der(2, Buffer.of(2)))] : []), serial, empty, empty, empty, empty, spki, empty)
  const whole = der(0x30, body, empty, der(3, Buffer.of(0)))
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64')}\n-----END CERTIFICATE-----`
}

describe('S66: the keys are given, and nothing is fetched', () => {
  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const)(
    '%s: JWK Set, JWK, PEM, certificate, KeyObject, lists and functions',
    async (alg) => {
      const signer = createSigner(alg)
      const token = signer.sign(CLAIMS)
      const all: readonly KeysOption[] = [
        { keys: [rsa.jwk, signer.jwk] },
        signer.jwk,
        pem(signer),
        `Bag Attributes\n${pem(signer)}`,
        certificate(signer, true),
        certificate(signer, false),
        nodeKey(signer) as NodeKey,
        [ec.jwk, pem(signer)],
        () => pem(signer),
        async () => ({ keys: [signer.jwk] }),
      ]
      for (const keys of all) expect(await verify(token, keys)).toEqual({ requests: [], value: CLAIMS })
    },
  )

  test('a CryptoKey', async () => {
    expect(await verify(ec.sign(CLAIMS), await cryptoKey(ec, { name: 'ECDSA', namedCurve: 'P-256' }))).toMatchObject({ value: CLAIMS })
    const key = await cryptoKey(rsa, { name: 'RSA-PSS', hash: 'SHA-256' })
    expect(await verify(rsa.sign(CLAIMS), key)).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
  })

  test('RFC 9864 §2.2: Ed25519', async () => {
    const signer = createSigner('EdDSA')
    for (const keys of [pem(signer), signer.jwk])
      expect(await verify(signer.sign(CLAIMS, { alg: 'Ed25519' }), keys)).toMatchObject({ value: CLAIMS })
  })

  test('a function is told header and payload, and its error is the caller’s', async () => {
    const seen: unknown[] = []
    await verify(rsa.sign(CLAIMS), (header, payload) => {
      seen.push(header['kid'], payload['iss'])
      return rsa.jwk
    })
    expect(seen).toEqual(['RS256', server.issuer])
    const error = new Error('no key today')
    expect((await verify(rsa.sign(CLAIMS), () => Promise.reject(error))).error).toBe(error)
  })

  test('every claim is still checked', async () => {
    expect(await verify(rsa.sign({ ...CLAIMS, aud: 'other' }), rsa.jwk)).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_AUD' } })
  })
})

describe('ID01: keys that did not sign it', () => {
  test('of the right kind: the signature does not hold', async () => {
    const other = createSigner('RS256')
    for (const keys of [other.jwk, pem(other), [pem(other), ec.jwk], { keys: [other.jwk] }]) {
      expect(await verify(rsa.sign(CLAIMS), keys)).toMatchObject({ requests: [], error: { code: 'OAUTH_ID_TOKEN_SIG' } })
    }
  })

  test('of another kind, or with another kid in a set, or none: there is no key', async () => {
    for (const keys of [ec.jwk, pem(ec), { keys: [{ ...rsa.jwk, kid: 'other' }] }, { keys: [] }, []]) {
      expect(await verify(rsa.sign(CLAIMS), keys)).toMatchObject({ requests: [], error: { code: 'OAUTH_KEY_NOT_FOUND' } })
    }
  })

  test('a key that is given by itself is tried whatever its kid', async () => {
    expect(await verify(rsa.sign(CLAIMS), { ...rsa.jwk, kid: 'other' })).toMatchObject({ value: CLAIMS })
  })

  test('C22: no kid and several keys; one kid for keys of several purposes', async () => {
    const { jwk } = createSigner('ES256', { kid: 'ES256' })
    expect(await verify(ec.sign(CLAIMS, { kid: undefined }), { keys: [jwk, rsa.jwk, ec.jwk] })).toMatchObject({ value: CLAIMS })
    expect(await verify(ec.sign(CLAIMS), { keys: [{ ...jwk, use: 'enc' }, ec.jwk] })).toMatchObject({ value: CLAIMS })
    expect(await verify(ec.sign(CLAIMS), { keys: [jwk, ec.jwk] })).toMatchObject({ value: CLAIMS })
  })

  test('ID26: RSA 1024 in PEM', async () => {
    const weak = createSigner('RS256', { modulusLength: 1024 })
    expect(await verify(weak.sign(CLAIMS), pem(weak))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
  })
})

describe('CA07: what is no public key', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  test.each<[string, KeysOption, RegExp]>([
    ['a private JWK', privateKey.export({ format: 'jwk' }) as { kty: string }, /private key or a secret/],
    ['a private PEM', privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, /private key or a secret/],
    ['a private KeyObject', privateKey as NodeKey, /private key or a secret/],
    ['a symmetric JWK', { kty: 'oct', k: 'AAAA' }, /private key or a secret/],
    ['ID03: text', 'the public key', /no PEM/],
    ['JSON text', JSON.stringify({ keys: [rsa.jwk] }), /no PEM.*parsed/],
    ['PEM of another kind', '-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----', /no PEM/],
    ['damaged PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', /damaged/],
    ['a number', 7 as never, /no public key/],
    ['a function that finds nothing', () => undefined as never, /no public key/],
  ])('%s', async (_name, keys, message) => {
    const { requests, error } = await verify(rsa.sign(CLAIMS), keys)
    expect(requests).toEqual([])
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringMatching(message) })
  })

  test('a private CryptoKey', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const pair = (await webcrypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])) as CryptoKeyPair
    const { error } = await verify(rsa.sign(CLAIMS), pair.privateKey)
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringMatching(/private key or a secret/) })
  })

  test('a damaged certificate of any shape ends in an error', async () => {
    for (let length = 0; length < 60; length++) {
      const body = Buffer.concat([Buffer.of(0x30, length), randomBytes(length)]).toString('base64')
      const { error } = await verify(rsa.sign(CLAIMS), `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`)
      expect(error).toHaveProperty('code')
    }
  })
})

test('without keys those of the server are fetched, and a cache is needed', async () => {
  const token = rsa.sign(CLAIMS)
  const options = { environment, nonce: 'nonce' }
  expect(await play(verifyIdToken(token, server, client, { ...options, keyCache: cacheWith([rsa.jwk]) }))).toEqual({
    requests: [],
    value: CLAIMS,
  })
  expect(
    await play(verifyIdToken(token, server, client, { ...options, keyCache: cacheWith([]) }), json({ keys: [rsa.jwk] })),
  ).toMatchObject({
    value: CLAIMS,
  })
  expect(await play(verifyIdToken(token, server, client, options))).toMatchObject({ error: { name: 'UsageError' } })
})

test('RFC 7515 A.3: the vector of the standard', async () => {
  // The signatures are over claims that are no ID token: what is asked here is which check comes to refuse them.
  const es256 =
    'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'
  const key = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  }
  expect(await verify(es256, key)).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ISS' } })
  expect(await verify(es256, { ...key, y: ec.jwk['y'] ?? '' })).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
})

test('B21: ES256K is refused with a clear error', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const input = `${Buffer.from('{"alg":"ES256K"}').toString('base64url')}.${Buffer.from(JSON.stringify(CLAIMS)).toString('base64url')}`
  const signature = sign('sha256', Buffer.from(input), {
    key: createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    dsaEncoding: 'ieee-p1363',
  })
  const { error } = await verify(`${input}.${signature.toString('base64url')}`, publicKey as NodeKey)
  expect(error).toMatchObject({ code: 'OAUTH_ID_TOKEN_ALG', message: expect.stringContaining('ES256K, whose curve secp256k1') })
})
