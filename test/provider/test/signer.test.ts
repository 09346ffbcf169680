import { compactVerify, createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { createSigner } from '../src/index.ts'

test.each(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const)('%s verifies with jose by its public key', async (alg) => {
  const signer = createSigner({ alg, kid: 'k' })
  expect(signer.jwk).toMatchObject({ alg, kid: 'k', use: 'sig' })
  expect(signer.jwk).not.toHaveProperty('d')
  const keys = createLocalJWKSet({ keys: [signer.jwk] })
  const { payload, protectedHeader } = await jwtVerify(signer.sign({ sub: 'alice' }), keys)
  expect(payload).toEqual({ sub: 'alice' })
  expect(protectedHeader).toEqual({ alg, kid: 'k', typ: 'JWT' })
  const text = '{"sub":"alice","sub":"bob"}'
  const raw = await compactVerify(signer.raw(`{"alg":"${alg}","kid":"k","kid":"k"}`, text), keys)
  expect(new TextDecoder().decode(raw.payload)).toBe(text)
})

test('HS256 signs with the text of a secret and publishes no key', async () => {
  const signer = createSigner({ alg: 'HS256', secret: 'client secret' })
  expect(Object.keys(signer.jwk).sort()).toEqual(['alg', 'kid', 'kty', 'use'])
  await jwtVerify(signer.sign({ a: 1 }), new TextEncoder().encode('client secret'))
})

test('makes what should be refused: alg none, and a header that lies', () => {
  const signer = createSigner({ alg: 'ES256' })
  expect(signer.unsigned({ sub: 'a' })).toMatch(/^[\w-]+\.[\w-]+\.$/)
  expect(decodeProtectedHeader(signer.unsigned({}))).toEqual({ alg: 'none', typ: 'JWT' })
  expect(decodeProtectedHeader(signer.sign({}, { alg: 'RS256', kid: undefined }))).toEqual({ alg: 'RS256', typ: 'JWT' })
})
