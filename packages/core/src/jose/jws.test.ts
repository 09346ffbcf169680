import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSigner, unsigned } from '../../test/signer.js'
import { decodeJws, MAX_JWS_LENGTH, verifyJws } from './jws.js'

const signer = createSigner('ES256')
const good = signer.sign({ sub: 'alice' })
const [header, payload, signature] = good.split('.')

test('takes a token apart without changing it', () => {
  expect(decodeJws(good)).toEqual({ compact: good, header: { alg: 'ES256', kid: 'ES256' }, payload: { sub: 'alice' } })
})

describe('ID22: malformed compact form', () => {
  test.each([
    ['2 parts', `${header}.${payload}`],
    ['4 parts', `${good}.`],
    ['5 parts', `${good}..`],
    ['7 parts', `${good}....`],
    ['1e6 dots', '.'.repeat(1e6)],
    ['no payload', `${header}..${signature}`],
    ['no header', `.${payload}.${signature}`],
    ['padding', `${header}=.${payload}.${signature}`],
    ['padding of the signature', `${good}==`],
    ['white space before', ` ${good}`],
    ['a line feed at the end', `${good}\n`],
    ['white space inside', `${header}. ${payload}.${signature}`],
    ['standard base64', `${header}.${payload}.+/+/`],
    ['beyond ASCII', `${good}é`],
    ['nothing', ''],
  ])('%s', (_name, compact) => {
    expect(decodeJws(compact)).toBeUndefined()
  })

  test('a token is refused by its length before anything is decoded', () => {
    const huge = signer.sign({ sub: 'a'.repeat(MAX_JWS_LENGTH) })
    expect(decodeJws(huge)).toBeUndefined()
    expect(decodeJws(`${'A'.repeat(500_000_000)}.${payload}.${signature}`)).toBeUndefined()
    const room = MAX_JWS_LENGTH - good.length
    expect(decodeJws(good + 'A'.repeat(room))).toBeDefined()
    expect(decodeJws(good + 'A'.repeat(room + 1))).toBeUndefined()
  })
})

describe('ID21: header and payload are strict JSON objects', () => {
  test.each([
    ['a claim twice', '{"alg":"ES256"}', '{"sub":"good","sub":"evil"}'],
    ['alg twice', '{"alg":"ES256","alg":"none"}', '{"sub":"good"}'],
    ['a claim twice by escape', '{"alg":"ES256"}', '{"sub":"good","s\\u0075b":"evil"}'],
    ['an array as payload', '{"alg":"ES256"}', '[]'],
    ['null as payload', '{"alg":"ES256"}', 'null'],
    ['text as payload', '{"alg":"ES256"}', 'hello'],
    ['an array as header', '["ES256"]', '{}'],
    ['depth', '{"alg":"ES256"}', `{"a":${'['.repeat(50)}${']'.repeat(50)}}`],
  ])('%s is refused', (_name, head, body) => {
    expect(decodeJws(signer.raw(head, body))).toBeUndefined()
  })

  test.each([undefined, null, 7, ['ES256'], {}].map((value) => [value]))('ID02: an "alg" of %j is refused', (alg) => {
    expect(decodeJws(unsigned({ sub: 'alice' }, { alg }))).toBeUndefined()
  })

  test('invalid UTF-8 is refused', () => {
    expect(decodeJws(`${header}.${Buffer.from([0x22, 0xff, 0x22]).toString('base64url')}.${signature}`)).toBeUndefined()
  })
})

test('RX10: never throws, whatever the text', () => {
  const part = fc.oneof(
    fc.base64String(),
    fc.string(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.')),
  )
  fc.assert(
    fc.property(text, (compact) => {
      const jws = decodeJws(compact)
      expect(jws === undefined || typeof jws.header.alg === 'string').toBe(true)
    }),
    { numRuns: 1000 },
  )
})

describe('verifyJws', () => {
  const verify = (compact: string, key: Record<string, string>) => {
    const jws = decodeJws(compact)
    if (jws === undefined) throw new Error('the token does not decode')
    return verifyJws(jws, key as never)
  }

  test.each(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const)('%s: right key, other key, other payload', async (alg) => {
    const [own, other] = [createSigner(alg), createSigner(alg)]
    const token = own.sign({ sub: 'alice' })
    const [head, , sig] = token.split('.')
    expect(await verify(token, own.jwk)).toBe(true)
    expect(await verify(token, other.jwk)).toBe(false)
    expect(await verify(`${head}.${Buffer.from('{"sub":"mallory"}').toString('base64url')}.${sig}`, own.jwk)).toBe(false)
  })

  test('RFC 7515 A.1: HS256, the vector of the standard, by the bytes of the secret', async () => {
    const compact =
      'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const key = Buffer.from('AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow', 'base64url')
    expect(await verify(compact, key as never)).toBe(true)
    expect(await verify(compact, key.fill(0) as never)).toBe(false)
  })

  test('RFC 9864 §2.2: Ed25519 is checked with a key published for EdDSA', async () => {
    const own = createSigner('EdDSA')
    expect(await verify(own.sign({}, { alg: 'Ed25519' }), own.jwk)).toBe(true)
  })

  test.each([
    ['an RSA key of 1024 bits', createSigner('RS256', { modulusLength: 1024 })],
    ['an ECDSA signature in DER', createSigner('ES256', { dsaEncoding: 'der' })],
  ])('ID26: %s never verifies', async (_name, weak) => {
    expect(await verify(weak.sign({}), weak.jwk)).toBe(false)
  })

  test('ID26: ES256 never verifies with a P-384 key', async () => {
    const p384 = createSigner('ES384')
    expect(await verify(p384.sign({}, { alg: 'ES256' }), p384.jwk)).toBe(false)
  })

  test('a key that cannot be imported is no error', async () => {
    expect(await verify(good, { kty: 'EC', crv: 'P-256', x: '!', y: '!' })).toBe(false)
  })
})
