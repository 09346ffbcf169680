import { createPublicKey, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { json, play } from '../../test/answers.js'
import { NOW, testEnvironment } from '../../test/environment.js'
import { CLAIMS, cacheWith, server } from '../../test/parties.js'
import { createSigner, signHmac } from '../../test/signer.js'
import type { Client } from '../client-authentication/client.js'
import { finishAuthorization, startAuthorization } from './authorization-code.js'
import { createCache } from './cache.js'
import { verifyIdToken } from './id-token.js'
import { refreshToken } from './refresh-token.js'

const environment = testEnvironment()
const secret = randomBytes(48).toString('base64url')
const client = (registered: string | undefined, client_secret: string | undefined = secret): Client => ({
  client_id: 'client',
  client_secret,
  id_token_signed_response_alg: registered,
})
const rsa = createSigner('RS256')

const verify = (
  idToken: string,
  registered: string | undefined,
  { announced = ['RS256'], accessToken = undefined as string | undefined } = {},
) =>
  play(
    verifyIdToken(idToken, { ...server, id_token_signing_alg_values_supported: announced }, client(registered), {
      environment,
      keyCache: cacheWith([rsa.jwk]),
      nonce: 'nonce',
      accessToken,
    }),
  )

describe('OpenID Connect Core §10.1: HS* with the client secret, where the client is registered for it', () => {
  test.each(['HS256', 'HS384', 'HS512'])('%s, without a request', async (alg) => {
    expect(await verify(signHmac(alg, secret, { claims: CLAIMS }), alg)).toEqual({ requests: [], value: CLAIMS })
  })

  test('ID01: another secret, another payload', async () => {
    const token = signHmac('HS256', secret, { claims: CLAIMS })
    const [head, , mac] = token.split('.')
    const forged = `${head}.${Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'mallory' })).toString('base64url')}.${mac}`
    for (const bad of [signHmac('HS256', `${secret}x`, { claims: CLAIMS }), forged, token.replace(/[^.]+$/, '')]) {
      expect(await verify(bad, 'HS256')).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
    }
  })

  test('ID03: a server that announces HS256 is not enough', async () => {
    const token = signHmac('HS256', secret, { claims: CLAIMS })
    for (const announced of [['HS256'], ['RS256', 'HS256']]) {
      expect(await verify(token, undefined, { announced })).toMatchObject({ requests: [], error: { code: 'OAUTH_ID_TOKEN_ALG' } })
    }
  })

  test('ID03: registered for RS256, HS256 keyed with the public key or the secret is refused', async () => {
    const pem = createPublicKey({ key: rsa.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
    for (const key of [pem, secret]) {
      expect(await verify(signHmac('HS256', key, { claims: CLAIMS }), 'RS256')).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ALG' } })
    }
  })

  test('ID04: registered for HS256, nothing else is taken', async () => {
    for (const token of [rsa.sign(CLAIMS), signHmac('HS384', secret, { claims: CLAIMS })]) {
      expect(await verify(token, 'HS256', { announced: ['RS256', 'HS256', 'HS384'] })).toMatchObject({
        error: { code: 'OAUTH_ID_TOKEN_ALG' },
      })
    }
  })

  test('B21: at_hash is by the hash of the algorithm', async () => {
    const claims = { ...CLAIMS, at_hash: '61RCcFlp3I2l36yPlljcaA' }
    expect(await verify(signHmac('HS256', secret, { claims }), 'HS256', { accessToken: 'AT' })).toMatchObject({ value: claims })
    expect(await verify(signHmac('HS512', secret, { claims }), 'HS512', { accessToken: 'AT' })).toMatchObject({
      error: { code: 'OAUTH_ID_TOKEN_AT_HASH' },
    })
  })
})

const options = { environment, redirectUri: 'https://app.example/cb', scope: 'openid' } as const

/** Finishes a login whose token answer is given; tells what was sent. */
async function login(own: Client, idToken: (nonce: string) => string) {
  const { value: started } = await play(startAuthorization(server, own, options))
  if (started === undefined) throw new Error('the login did not start')
  const { transaction } = started
  const response = `https://app.example/cb?code=C&state=${transaction.state}`
  const flow = finishAuthorization(server, own, { environment, response, transaction, keyCache: createCache() })
  return play(flow, json({ access_token: 'A', token_type: 'Bearer', id_token: idToken(transaction.nonce ?? '') }))
}

test('a whole login, and its renewal, at a server that publishes no keys', async () => {
  const { jwks_uri: _none, ...metadata } = server
  const own = client('HS256')
  const sign = (claims: object) => signHmac('HS256', secret, { claims: { ...CLAIMS, ...claims } })
  expect(await login(own, (nonce) => sign({ nonce }))).toMatchObject({ value: { claims: { sub: 'alice' } } })
  const token = { access_token: 'A', token_type: 'Bearer', refresh_token: 'R', id_token: sign({}) }
  const renew = (id_token: string) =>
    play(
      refreshToken(metadata, own, { environment, token, keyCache: createCache() }),
      json({ access_token: 'B', token_type: 'Bearer', id_token }),
    )
  expect(await renew(sign({ iat: NOW }))).toMatchObject({ value: { claims: { sub: 'alice' } } })
  expect(await renew(signHmac('HS256', 'another', { claims: CLAIMS }))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
})

describe('RFC 7518 §3.2, CA07: what cannot be verified is told before anything is sent', () => {
  test.each([
    ['HS256 and a secret of 31 bytes', client('HS256', secret.slice(0, 31)), /31.*32 bytes|32 bytes.*31/],
    ['HS512 and a secret of 63 bytes', client('HS512', secret.slice(0, 63)), /64 bytes/],
    ['HS256 and no secret', { ...client('HS256'), client_secret: undefined }, /client secret/],
    ['B21: ES256K', client('ES256K'), /ES256K.*secp256k1.*ES256/],
    ['none', client('none'), /none/],
  ])('%s', async (_name, own: Client, message) => {
    const { requests, error } = await login(own, () => '')
    expect(requests).toEqual([])
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringMatching(message) })
    expect(String(error)).not.toContain(secret.slice(0, 31))
    const token = { access_token: 'A', token_type: 'Bearer', refresh_token: 'R' }
    expect(await play(refreshToken(server, own, { environment, token, keyCache: createCache() }))).toMatchObject({
      requests: [],
      error: { name: 'UsageError' },
    })
  })
})
