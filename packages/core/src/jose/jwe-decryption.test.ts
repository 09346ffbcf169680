import {
  constants,
  createCipheriv,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  webcrypto,
} from 'node:crypto'
import { inspect } from 'node:util'
import { CompactEncrypt } from 'jose'
import { describe, expect, test } from 'vitest'
import { jweDecryption } from './jwe-decryption.js'
import type { NodeKey, PrivateKeyInput } from './key-input.js'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const x25519 = generateKeyPairSync('x25519')
const jwk = (key: KeyObject, members: object = {}) => ({ ...key.export({ format: 'jwk' }), ...members }) as { kty: string }
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
const oct = (bits: number) => randomBytes(bits / 8)

function encrypt(key: KeyObject | Uint8Array, header: { alg: string; enc: string; [member: string]: unknown }, text = 'hello') {
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header).encrypt(key as never, { crit: { own: true } })
}

const b64 = (data: string | Uint8Array) => Buffer.from(data).toString('base64url')

/** RSA-OAEP and A256GCM by hand, for headers that no library makes. */
function byHand(header: object, text = 'hello', padding: 'RSA-OAEP' | 'RSA1_5' = 'RSA-OAEP') {
  const [cek, iv, head] = [randomBytes(32), randomBytes(12), b64(JSON.stringify(header))]
  const key = publicEncrypt(
    { key: rsa.publicKey, padding: padding === 'RSA1_5' ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_OAEP_PADDING },
    cek,
  )
  const cipher = createCipheriv('aes-256-gcm', cek, iv).setAAD(Buffer.from(head))
  const sealed = Buffer.concat([cipher.update(text), cipher.final()])
  return [head, b64(key), b64(iv), b64(sealed), b64(cipher.getAuthTag())].join('.')
}

const RSA_ALGORITHMS = ['RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512']
const ECDH_ALGORITHMS = ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW']
const ENCRYPTIONS = ['A128GCM', 'A192GCM', 'A256GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512']

describe('RFC 7518 §4, §5: what is decrypted', () => {
  test.each(
    RSA_ALGORITHMS.map((alg) => [alg, rsa] as const).concat(ECDH_ALGORITHMS.flatMap((alg) => [[alg, ec] as const, [alg, x25519] as const])),
  )('%s: PEM, JWK, KeyObject', async (alg, { privateKey, publicKey }) => {
    const jwe = await encrypt(publicKey, { alg, enc: 'A256GCM' })
    for (const keys of [pem(privateKey), jwk(privateKey), privateKey as NodeKey, { keys: [jwk(privateKey)] }, [pem(privateKey)]]) {
      expect(await jweDecryption({ keys }).decrypt(jwe)).toEqual({ text: 'hello' })
    }
  })

  test('a CryptoKey, which stands for one hash', async () => {
    const der = rsa.privateKey.export({ type: 'pkcs8', format: 'der' })
    const key = (await webcrypto.subtle.importKey('pkcs8', der, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, [
      'decrypt',
      'unwrapKey',
    ])) as CryptoKey
    const { decrypt } = jweDecryption({ keys: key })
    expect(await decrypt(await encrypt(rsa.publicKey, { alg: 'RSA-OAEP-256', enc: 'A256GCM' }))).toEqual({ text: 'hello' })
    expect(await decrypt(await encrypt(rsa.publicKey, { alg: 'RSA-OAEP', enc: 'A256GCM' }))).toMatchObject({
      refused: expect.stringMatching(/not here/),
    })
  })

  test.each(ENCRYPTIONS)('%s', async (enc) => {
    expect(await jweDecryption({ keys: jwk(rsa.privateKey) }).decrypt(await encrypt(rsa.publicKey, { alg: 'RSA-OAEP-256', enc }))).toEqual({
      text: 'hello',
    })
  })

  test.each([
    ['dir', 'A256GCM', 256],
    ['dir', 'A128CBC-HS256', 256],
    ['A128KW', 'A256GCM', 128],
    ['A256KW', 'A128GCM', 256],
    ['A256GCMKW', 'A128GCM', 256],
  ])('%s with %s: a shared secret, as bytes and as JWK', async (alg, enc, bits) => {
    const key = oct(bits)
    const jwe = await encrypt(key, { alg, enc })
    for (const keys of [key, { kty: 'oct', k: b64(key) }, { kty: 'oct', k: b64(key), alg: alg === 'dir' ? enc : alg }]) {
      expect(await jweDecryption({ keys }).decrypt(jwe)).toEqual({ text: 'hello' })
    }
  })

  test.each([
    ['dir', 'A128GCM', 'sha256', 16],
    ['dir', 'A256GCM', 'sha256', 32],
    ['dir', 'A128CBC-HS256', 'sha256', 32],
    ['dir', 'A192CBC-HS384', 'sha384', 48],
    ['dir', 'A256CBC-HS512', 'sha512', 64],
    ['A128KW', 'A256GCM', 'sha256', 16],
    ['A256KW', 'A256CBC-HS512', 'sha256', 32],
    ['A192GCMKW', 'A128GCM', 'sha256', 24],
  ])('OpenID Connect Core §10.2: %s with %s by the client secret', async (alg, enc, hash, length) => {
    const clientSecret = randomBytes(32).toString('base64url')
    const key = createHash(hash).update(clientSecret).digest().subarray(0, length)
    expect(await jweDecryption({ clientSecret }).decrypt(await encrypt(new Uint8Array(key), { alg, enc }))).toEqual({ text: 'hello' })
  })

  test('what node:crypto encrypts', async () => {
    expect(await jweDecryption({ keys: pem(rsa.privateKey) }).decrypt(byHand({ alg: 'RSA-OAEP', enc: 'A256GCM' }, 'é'))).toEqual({
      text: 'é',
    })
  })
})

describe('keys', () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const decrypt = async (keys: readonly PrivateKeyInput[], header: object = {}) =>
    jweDecryption({ keys }).decrypt(await encrypt(rsa.publicKey, { alg: 'RSA-OAEP-256', enc: 'A256GCM', ...header }))

  test('the one with the kid; those without are tried; others are not', async () => {
    const [right, wrong] = [jwk(rsa.privateKey, { kid: 'k' }), jwk(other.privateKey, { kid: 'o' })]
    expect(await decrypt([wrong, right], { kid: 'k' })).toEqual({ text: 'hello' })
    expect(await decrypt([wrong, right])).toEqual({ text: 'hello' })
    expect(await decrypt([jwk(ec.privateKey), jwk(other.privateKey), pem(rsa.privateKey)], { kid: 'k' })).toEqual({ text: 'hello' })
    expect(await decrypt([right], { kid: 'unknown' })).toMatchObject({ refused: expect.stringMatching(/not here.*named by its "kid"/) })
    expect(await decrypt([jwk(ec.privateKey)])).toMatchObject({ refused: expect.stringMatching(/not here.*without a "kid"/) })
    expect(await decrypt([wrong])).toMatchObject({ refused: expect.stringMatching(/no key decrypts it/) })
  })

  test('C22: one kid for a signing and an encryption key', async () => {
    const keys = [jwk(other.privateKey, { kid: 'k', use: 'sig', alg: 'RS256' }), jwk(rsa.privateKey, { kid: 'k', use: 'enc' })]
    const jwe = await encrypt(rsa.publicKey, { alg: 'RSA-OAEP', enc: 'A256GCM', kid: 'k' })
    expect(await jweDecryption({ keys: { keys } }).decrypt(jwe)).toEqual({ text: 'hello' })
  })

  test.each<[string, object, RegExp]>([
    ['none', { keys: [] }, /missing or empty/],
    ['nothing', {}, /missing or empty/],
    ['a public key', { keys: jwk(rsa.publicKey) }, /public key/],
    [
      'RSA 1024',
      { keys: [pem(rsa.privateKey), pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)] },
      /key 2, is an RSA key of 1024/,
    ],
    ['a key for signing', { keys: jwk(rsa.privateKey, { alg: 'RS256' }) }, /reserved for "RS256"/],
    ['Ed25519', { keys: pem(generateKeyPairSync('ed25519').privateKey) }, /Ed25519.*does not decrypt/],
    ['text', { keys: 'secret' }, /no PEM/],
    ['ID24: RSA1_5 asked for', { keys: pem(rsa.privateKey), algorithms: ['RSA1_5'] }, /"RSA1_5" is not taken/],
    ['ID25: PBES2 asked for', { keys: oct(256), algorithms: ['PBES2-HS256+A128KW'] }, /is not taken/],
    ['an unknown encryption', { keys: pem(rsa.privateKey), encryptions: ['A512GCM'] }, /is not taken/],
  ])('CA07: %s', (_name, options, message) => {
    expect(() => jweDecryption(options)).toThrow(message)
  })

  test('nothing of a key is shown', () => {
    const { d = '' } = rsa.privateKey.export({ format: 'jwk' })
    expect(inspect(jweDecryption({ keys: jwk(rsa.privateKey) }), { depth: null, showHidden: true })).not.toContain(d)
  })
})

describe('what is refused', () => {
  const { decrypt } = jweDecryption({ keys: pem(rsa.privateKey) })

  test.each([
    [{ key: pem(rsa.privateKey) }, 'no option "key". Did you mean "keys"?'],
    [undefined, 'an options object is needed'],
    [pem(rsa.privateKey), 'an options object is needed'],
  ])('S5: options that nothing reads, %#', (options, found) => {
    const attempt = () => jweDecryption(options as never)
    expect(attempt).toThrow(expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(`jweDecryption: `) }))
    expect(attempt).toThrow(found)
  })

  test('ID24: RSA1_5, though the key would fit', async () => {
    const jwe = byHand({ alg: 'RSA1_5', enc: 'A256GCM' }, 'hello', 'RSA1_5')
    expect(await decrypt(jwe)).toMatchObject({ refused: expect.stringMatching(/RSA1_5.*RSA-OAEP-256/) })
    expect(await decrypt(jwe, 'RSA1_5')).toMatchObject({ refused: expect.stringMatching(/RSA1_5/) })
  })

  test('ID25: zip is never unpacked', async () => {
    expect(await decrypt(byHand({ alg: 'RSA-OAEP', enc: 'A256GCM', zip: 'DEF' }))).toMatchObject({ refused: expect.stringMatching(/zip/) })
  })

  test('ID25: PBES2 costs nothing', async () => {
    const header = { alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 1e9, p2s: b64(randomBytes(16)) }
    const shared = jweDecryption({ keys: oct(256) })
    expect(await shared.decrypt(byHand(header))).toMatchObject({ refused: expect.stringMatching(/PBES2/) })
  })

  test('ID25: too long', async () => {
    expect(await decrypt(byHand({ alg: 'RSA-OAEP', enc: 'A256GCM' }, 'a'.repeat(131_072)))).toMatchObject({
      refused: expect.stringMatching(/too long/),
    })
  })

  test.each([{ crit: ['own'], own: 1 }, { crit: [] }])('ID06: %j', async (header) => {
    expect(await decrypt(byHand({ alg: 'RSA-OAEP', enc: 'A256GCM', ...header }))).toMatchObject({ refused: expect.stringMatching(/crit/) })
  })

  test('algorithms beyond those that are allowed or registered', async () => {
    const narrow = jweDecryption({ keys: pem(rsa.privateKey), algorithms: ['RSA-OAEP-256'], encryptions: ['A256GCM'] })
    const [oaep, cbc] = [
      byHand({ alg: 'RSA-OAEP', enc: 'A256GCM' }),
      await encrypt(rsa.publicKey, { alg: 'RSA-OAEP-256', enc: 'A128CBC-HS256' }),
    ]
    expect(await narrow.decrypt(oaep)).toMatchObject({ refused: expect.stringMatching(/"alg" that is not taken \("RSA-OAEP"\)/) })
    expect(await narrow.decrypt(cbc)).toMatchObject({ refused: expect.stringMatching(/"enc" that is not taken \("A128CBC-HS256"\)/) })
    expect(await decrypt(oaep, 'RSA-OAEP-256')).toMatchObject({ refused: expect.stringMatching(/"alg"/) })
    expect(await decrypt(oaep, 'RSA-OAEP')).toEqual({ text: 'hello' })
  })

  test.each(['none', '', 'dir', 'toString', 7, undefined])('alg %j', async (alg) => {
    expect(await decrypt(byHand({ alg, enc: 'A256GCM' }))).toHaveProperty('refused')
  })

  test('another tag, another header, no JSON, no UTF-8, no JWE', async () => {
    const good = byHand({ alg: 'RSA-OAEP', enc: 'A256GCM' })
    const [head = '', ...rest] = good.split('.')
    const duplicate = b64('{"alg":"RSA1_5","alg":"RSA-OAEP","enc":"A256GCM"}')
    for (const bad of [
      good.replace(/[^.]+$/, b64(randomBytes(16))),
      [b64('{"alg":"RSA-OAEP","enc":"A256GCM","x":1}'), ...rest].join('.'),
      ['bm8', ...rest].join('.'),
      [duplicate, ...rest].join('.'),
      `${head}....`,
      'a.b.c',
      '',
    ]) {
      expect(await decrypt(bad)).toHaveProperty('refused')
    }
    const latin1 = await new CompactEncrypt(Uint8Array.of(0xff))
      .setProtectedHeader({ alg: 'RSA-OAEP', enc: 'A256GCM' })
      .encrypt(rsa.publicKey)
    expect(await decrypt(latin1)).toHaveProperty('refused')
  })
})
