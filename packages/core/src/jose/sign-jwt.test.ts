import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, webcrypto } from 'node:crypto'
import { inspect } from 'node:util'
import { compactVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import type { NodeKey } from './key-input.js'
import { decodePem } from './pem.js'
import { jwtSigner, type SigningKey } from './sign-jwt.js'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
const p256 = ec('P-256')
const ed25519 = generateKeyPairSync('ed25519')
const secret = randomBytes(64).toString('base64url')

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
const jwk = (key: KeyObject) => key.export({ format: 'jwk' }) as { kty: string }
const nodeKey = (key: KeyObject): NodeKey => key as NodeKey

async function cryptoKey(key: KeyObject, algorithm: object, usage: 'sign' | 'verify' = 'sign', format: 'pkcs8' | 'spki' = 'pkcs8') {
  return (await webcrypto.subtle.importKey(format, key.export({ type: format as 'pkcs8', format: 'der' }), algorithm as never, false, [
    usage,
  ])) as CryptoKey
}

async function signed(key: SigningKey, verifier: KeyObject | Uint8Array, options: object = {}) {
  const token = await jwtSigner('test', { key, ...options })({ sub: 'alice' })
  const { payload, protectedHeader } = await compactVerify(token, verifier as never)
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({ sub: 'alice' })
  return protectedHeader
}

describe('S45: the algorithm is chosen by the key', () => {
  const keys = [
    ['RS256', rsa],
    ['ES256', p256],
    ['ES384', ec('P-384')],
    ['ES512', ec('P-521')],
    ['EdDSA', ed25519],
  ] as const

  test.each(keys)('%s: PEM, JWK and KeyObject', async (alg, { privateKey, publicKey }) => {
    for (const key of [pem(privateKey), jwk(privateKey), nodeKey(privateKey)]) {
      expect(await signed(key, publicKey)).toEqual({ alg, typ: 'JWT' })
    }
  })

  test.each([
    ['RS384', rsa, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' }],
    ['PS512', rsa, { name: 'RSA-PSS', hash: 'SHA-512' }],
    ['ES256', p256, { name: 'ECDSA', namedCurve: 'P-256' }],
    ['EdDSA', ed25519, { name: 'Ed25519' }],
  ] as const)('%s: CryptoKey', async (alg, { privateKey, publicKey }, algorithm) => {
    expect(await signed(await cryptoKey(privateKey, algorithm), publicKey)).toEqual({ alg, typ: 'JWT' })
  })

  test('HS256: the text, the bytes and the JWK of a secret', async () => {
    const bytes = new TextEncoder().encode(secret)
    for (const key of [secret, bytes, { kty: 'oct', k: Buffer.from(secret).toString('base64url') }]) {
      expect(await signed(key, bytes)).toEqual({ alg: 'HS256', typ: 'JWT' })
    }
  })

  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])('RFC 7518 §3.3, §3.5: %s when told', async (alg) => {
    expect(await signed(pem(rsa.privateKey), rsa.publicKey, { alg })).toMatchObject({ alg })
    expect(await signed(jwk(rsa.privateKey), rsa.publicKey, { header: { alg } })).toMatchObject({ alg })
  })

  test.each(['HS256', 'HS384', 'HS512'])('RFC 7518 §3.2: %s is what node:crypto computes', async (alg) => {
    const token = await jwtSigner('test', { key: secret, alg })({ sub: 'alice' })
    const [head, body, mac] = token.split('.')
    expect(mac).toBe(
      createHmac(`sha${alg.slice(2)}`, secret)
        .update(`${head}.${body}`)
        .digest('base64url'),
    )
  })

  test('RFC 9864 §2.2: Ed25519 is the same as EdDSA', async () => {
    expect(await signed({ ...jwk(ed25519.privateKey), alg: 'EdDSA' }, ed25519.publicKey, { alg: 'Ed25519' })).toMatchObject({
      alg: 'Ed25519',
    })
  })

  test('a JWK says its algorithm and its kid; options say otherwise', async () => {
    const key = { ...jwk(rsa.privateKey), alg: 'PS256', kid: 'own', use: 'sig', key_ops: ['sign'] }
    expect(await signed(key, rsa.publicKey)).toEqual({ alg: 'PS256', typ: 'JWT', kid: 'own' })
    expect(await signed(key, rsa.publicKey, { kid: 'other', header: { typ: 'x+jwt' } })).toEqual({
      alg: 'PS256',
      typ: 'x+jwt',
      kid: 'other',
    })
  })
})

test('C9: neither key nor header nor claims are changed', async () => {
  const key = { ...jwk(rsa.privateKey), key_ops: ['sign'] }
  const [header, claims] = [{ alg: 'RS256', kid: 'k' }, { sub: 'alice' }]
  const before = structuredClone({ key, header, claims })
  await jwtSigner('test', { key, header })(claims)
  expect({ key, header, claims }).toEqual(before)
  expect(Object.isFrozen(key)).toBe(false)
})

test('RFC 7468 §5.2: text before the block, and line breaks as environment variables have them', async () => {
  const text = `Bag Attributes\r\n  friendlyName: x\r\n${pem(p256.privateKey)}`
  for (const key of [text, text.replaceAll('\n', '\\n'), text.replaceAll('\n', '\r\n'), text.trim()]) {
    expect(await signed(key, p256.publicKey)).toMatchObject({ alg: 'ES256' })
  }
})

describe('CA07: a key that cannot sign is refused where it is configured', () => {
  const passphrase = randomBytes(8).toString('hex')
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const k256 = ec('secp256k1')
  const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string
  const wrap = (label: string, body = 'AAAA') => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`

  test.each<[string, SigningKey, RegExp]>([
    ['a public key in PEM', spki(rsa.publicKey), /public key/],
    ['a public JWK', jwk(rsa.publicKey), /public key/],
    ['a public KeyObject', nodeKey(rsa.publicKey), /public key/],
    ['a certificate', wrap('CERTIFICATE'), /public key/],
    ['RSA 1024 in PEM', pem(weak.privateKey), /1024 bits.*2048/],
    ['RSA 1024 as JWK', jwk(weak.privateKey), /1024 bits.*2048/],
    ['RSA 1024 as KeyObject', nodeKey(weak.privateKey), /1024 bits.*2048/],
    ['PKCS#1', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string, /PKCS#1.*openssl pkcs8/],
    ['SEC 1', p256.privateKey.export({ type: 'sec1', format: 'pem' }) as string, /SEC 1.*openssl pkcs8/],
    [
      'encrypted PKCS#8',
      rsa.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }) as string,
      /encrypted.*openssl/,
    ],
    [
      'encrypted PKCS#1',
      rsa.privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase }) as string,
      /encrypted.*openssl/,
    ],
    ['another PEM', wrap('EC PARAMETERS'), /EC PARAMETERS/],
    ['PEM without a key in it', wrap('PRIVATE KEY'), /cannot be read/],
    ['PEM that is no base64', wrap('PRIVATE KEY', '%%%%'), /cannot be read/],
    ['PEM that is cut off', pem(rsa.privateKey).slice(0, 500), /cut off/],
    ['a JWK as text', JSON.stringify(jwk(rsa.privateKey)), /JSON\.parse/],
    ['a JWK Set', { keys: [jwk(rsa.privateKey)] } as never, /JWK Set/],
    ['a JWK of another type', { kty: 'X' }, /unknown type/],
    ['an oct JWK without k', { kty: 'oct' }, /without "k"/],
    ['an RSA-PSS KeyObject', nodeKey(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey), /KeyObject of a kind/],
    ['secp256k1', pem(k256.privateKey), /secp256k1/],
    ['nothing', undefined as never, /missing/],
    ['an empty text', '', /is empty/],
    ['a number', 7 as never, /no key/],
  ])('%s', async (_name, key, message) => {
    const error = await thrown(() => jwtSigner('test', { key }))
    expect(error).toMatchObject({ name: 'UsageError', code: 'OAUTH_USAGE', message: expect.stringMatching(message) })
    expect(String(error)).toContain('test')
  })

  test('a public CryptoKey, and one for something else', async () => {
    const publicKey = await cryptoKey(p256.publicKey, { name: 'ECDSA', namedCurve: 'P-256' }, 'verify', 'spki')
    expect(() => jwtSigner('test', { key: publicKey })).toThrow(/public key/)
    const hkdf = (await webcrypto.subtle.importKey('raw', randomBytes(32), 'HKDF', false, ['deriveBits'])) as CryptoKey
    expect(() => jwtSigner('test', { key: hkdf })).toThrow(/CryptoKey for HKDF/)
  })

  test.each<[string, SigningKey, object, RegExp]>([
    ['ES256 by an RSA key', pem(rsa.privateKey), { alg: 'ES256' }, /ES256 needs a key on the curve P-256, and the key is an RSA key/],
    ['ES384 by a key on P-256', pem(p256.privateKey), { alg: 'ES384' }, /P-384.*P-256/],
    ['RS256 by a secret', secret, { alg: 'RS256' }, /an RSA key.*a secret/],
    ['HS256 by an RSA key', pem(rsa.privateKey), { alg: 'HS256' }, /HS256 needs a secret/],
    ['PS256 by a JWK for RS256', { ...jwk(rsa.privateKey), alg: 'RS256' }, { alg: 'PS256' }, /reserved for RS256/],
    ['a JWK for encryption', { ...jwk(rsa.privateKey), alg: 'RSA-OAEP' }, {}, /RSA-OAEP/],
    ['none', secret, { alg: 'none' }, /algorithm none/],
    ['B21: ES256K', pem(k256.privateKey), { alg: 'ES256K' }, /secp256k1.*ES256/],
    ['RFC 7518 §3.2: a secret of 31 bytes', secret.slice(0, 31), {}, /31 bytes.*32/],
    ['RFC 7518 §3.2: HS512 by 63 bytes', secret.slice(0, 63), { alg: 'HS512' }, /63 bytes.*64/],
    ['crit', secret, { header: { crit: ['b64'], b64: false } }, /"crit"/],
  ])('%s', async (_name, key, options, message) => {
    const error = await thrown(() => jwtSigner('test', { key, ...options }))
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringMatching(message) })
  })

  test('a key that is damaged inside is found at the first signature, and nothing of it is shown', async () => {
    const damaged = { ...jwk(rsa.privateKey), p: 'AAAA', q: 'canary' }
    const error = await thrown(() => jwtSigner('test', { key: damaged })({}))
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining('damaged') })
    expect(inspect(error, { depth: null }) + JSON.stringify(error)).not.toMatch(/canary|AAAA/)
    const der = decodePem(pem(p256.privateKey))?.der ?? new Uint8Array()
    const cut = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(der.map((byte, at) => (at > 40 ? 0 : byte))).toString('base64')}\n-----END PRIVATE KEY-----`
    expect(await thrown(() => jwtSigner('test', { key: cut })({}))).toMatchObject({ name: 'UsageError' })
  })
})

test('a signer shows nothing of its key', () => {
  const { d, p } = jwk(rsa.privateKey) as { kty: string; d?: string; p?: string }
  const shown = inspect(jwtSigner('test', { key: jwk(rsa.privateKey) }), { depth: null, showHidden: true })
  expect(d).toBeDefined()
  expect(shown).not.toContain(d)
  expect(shown).not.toContain(p)
})

test('a key is imported once', async () => {
  const sign = jwtSigner('test', { key: pem(rsa.privateKey), alg: 'PS256' })
  const imported: unknown[] = []
  const { importKey } = crypto.subtle
  crypto.subtle.importKey = ((...parameters: unknown[]) => {
    imported.push(parameters[0])
    return Reflect.apply(importKey, crypto.subtle, parameters)
  }) as never
  try {
    await Promise.all([sign({ a: 1 }), sign({ a: 2 })])
    await sign({ a: 3 })
  } finally {
    crypto.subtle.importKey = importKey
  }
  expect(imported).toEqual(['pkcs8'])
})

test('what is no key at all is never read as one: DER of any shape ends in an error, not in a loop', () => {
  for (let length = 0; length < 200; length++) {
    for (const der of [randomBytes(length), Buffer.concat([Buffer.from([0x30, 0x82]), randomBytes(length)])]) {
      const text = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----`
      expect(() => jwtSigner('test', { key: text })).toThrow(/cannot be read/)
    }
  }
})
