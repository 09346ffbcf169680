import { describe, expect, test } from 'vitest'
import { createSigner } from '../../test/signer.js'
import { candidateKeys, verificationKeys } from './jwk-set.js'

const rsa = createSigner('RS256', { kid: 'rsa' }).jwk
const p256 = createSigner('ES256', { kid: 'p256' }).jwk
const p384 = createSigner('ES384', { kid: 'p384' }).jwk
const ed = createSigner('EdDSA', { kid: 'ed' }).jwk

const without = (jwk: object, ...names: string[]) => Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)))

describe('JK16: keys that cannot check signatures are skipped, good ones kept', () => {
  test.each([
    ['use: enc', { ...rsa, use: 'enc' }],
    ['key_ops without verify', { ...rsa, key_ops: ['sign'] }],
    ['key_ops that is no list', { ...rsa, key_ops: 'verify' }],
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0', kid: 'oct', alg: 'HS256' }],
    ['a private key', { ...rsa, d: 'AQAB' }],
    ['an unknown kty', { ...rsa, kty: 'AKP' }],
    ['a kty of Object.prototype', { ...rsa, kty: 'constructor' }],
    ['no kty', without(rsa, 'kty')],
    ['no modulus', without(rsa, 'n')],
    ['an empty modulus', { ...rsa, n: '' }],
    ['a modulus of the wrong type', { ...rsa, n: 7 }],
    ['no curve', without(p256, 'crv')],
    ['null', null],
    ['a text', 'key'],
    ['a list', []],
  ])('%s', (_name, bad) => {
    expect(verificationKeys({ keys: [bad as never, p256] })?.map(({ kid }) => kid)).toEqual(['p256'])
    expect(verificationKeys({ keys: [p256, bad as never] })?.map(({ kid }) => kid)).toEqual(['p256'])
  })

  test('only public members, kid and alg are kept', () => {
    const key = { ...p256, x5c: ['AAAA'], x5u: 'https://evil.example/', key_ops: ['verify'] }
    expect(verificationKeys({ keys: [key] })).toEqual([without(p256, 'use')])
  })

  test.each([{}, { keys: 'x' }, { keys: {} }, { keys: null }])('RFC 7517 §5: %j is no JWK Set', (set) => {
    expect(verificationKeys(set)).toBeUndefined()
  })

  test('an empty set is a set', () => {
    expect(verificationKeys({ keys: [] })).toEqual([])
  })

  test('no more than 100 keys are looked at', () => {
    expect(verificationKeys({ keys: Array.from({ length: 1000 }, () => p256) })).toHaveLength(100)
  })
})

describe('candidates', () => {
  const keys = verificationKeys({ keys: [rsa, p256, p384, ed].map((jwk) => without(jwk, 'alg') as never) }) ?? []
  const kids = (alg: string, kid?: string) => candidateKeys(keys, alg, kid).map((key) => key.kid)

  test.each([
    ['RS256', ['rsa']],
    ['PS512', ['rsa']],
    ['ES256', ['p256']],
    ['ES384', ['p384']],
    ['ES512', []],
    ['EdDSA', ['ed']],
    ['Ed25519', ['ed']],
    ['none', []],
    ['HS256', []],
    ['toString', []],
  ])('ID26: %s needs a key of its own type and curve: %j', (alg, expected) => {
    expect(kids(alg)).toEqual(expected)
  })

  test('a kid picks among them', () => {
    expect(kids('ES256', 'p256')).toEqual(['p256'])
    expect(kids('ES256', 'p384')).toEqual([])
    expect(kids('ES256', 'unknown')).toEqual([])
  })

  test('JK15: one kid for several keys is settled by type, curve and alg', () => {
    const shared = [rsa, p256, p384, { ...rsa, alg: 'PS256' }].map((jwk) => ({ ...jwk, kid: 'same' }))
    const set = verificationKeys({ keys: [...shared, { ...p256, kid: 'same', use: 'enc' }] }) ?? []
    expect(candidateKeys(set, 'ES256', 'same')).toEqual([expect.objectContaining({ crv: 'P-256' })])
    expect(candidateKeys(set, 'RS256', 'same')).toEqual([expect.objectContaining({ alg: 'RS256' })])
    expect(candidateKeys(set, 'PS256', 'same')).toEqual([expect.objectContaining({ alg: 'PS256' })])
  })

  test('ID04: a key reserved for RS256 is no candidate for PS256', () => {
    expect(candidateKeys(verificationKeys({ keys: [rsa] }) ?? [], 'PS256', undefined)).toEqual([])
  })

  test('RFC 9864 §2.2: a key for EdDSA is one for Ed25519', () => {
    expect(candidateKeys(verificationKeys({ keys: [ed] }) ?? [], 'Ed25519', 'ed')).toHaveLength(1)
  })
})
