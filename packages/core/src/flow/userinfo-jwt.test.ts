import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { describe, expect, test } from 'vitest'
import { answer, json, play } from '../../test/answers.js'
import { NOW, testEnvironment } from '../../test/environment.js'
import { cacheWith, ISSUER, client as parties, server } from '../../test/parties.js'
import { createSigner, signHmac, unsigned } from '../../test/signer.js'
import type { Client } from '../client-authentication/client.js'
import { jweDecryption } from '../jose/jwe-decryption.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { createCache } from './cache.js'
import { userinfo } from './userinfo.js'

const environment = testEnvironment()
const signer = createSigner('RS256')
const claims = { iss: ISSUER, aud: 'client', sub: 'alice', email: 'a@b.example' }
const jwt = (body: string) => answer(200, body, { 'content-type': 'application/jwt' })
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const decryption = jweDecryption({ keys: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string })
const encrypt = (text: string, alg = 'ECDH-ES') =>
  new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ alg, enc: 'A256GCM' }).encrypt(publicKey)

const signed: Partial<Client> = { userinfo_signed_response_alg: 'RS256' }
const encrypted: Partial<Client> = { userinfo_encrypted_response_alg: 'ECDH-ES', decryption }

async function ask(response: Parameters<typeof play>[1], registered: Partial<Client> = signed, metadata: ServerMetadata = server) {
  const { error, value } = await play(
    userinfo(
      metadata,
      { ...parties, ...registered },
      { environment, keyCache: cacheWith([signer.jwk]), accessToken: 'A', subject: 'alice' },
    ),
    response,
    json({ keys: [signer.jwk] }),
  )
  if (error !== undefined) return (error as { code?: string }).code
  return value
}

describe('UI03, OpenID Connect Core §5.3.2: a signed answer', () => {
  test('is verified; iss and aud may be left out', async () => {
    expect(await ask(jwt(signer.sign(claims)))).toEqual(claims)
    expect(await ask(jwt(signer.sign({ sub: 'alice' })))).toEqual({ sub: 'alice' })
    expect(await ask(jwt(signer.sign({ ...claims, aud: ['client', 'other'] })))).toMatchObject({ sub: 'alice' })
    expect(await ask(jwt(signer.sign({ sub: 'alice' }, { typ: 'JWT' })))).toEqual({ sub: 'alice' })
    const dates = { exp: NOW + 60, nbf: NOW }
    expect(await ask(jwt(signer.sign({ ...claims, ...dates })))).toEqual({ ...claims, ...dates })
  })

  test('also where the registration says nothing of it, by what the server announces', async () => {
    expect(await ask(jwt(signer.sign(claims)), {})).toEqual(claims)
    const es256 = createSigner('ES256')
    const metadata = { ...server, userinfo_signing_alg_values_supported: ['ES256', 'none'] }
    expect(await ask(jwt(signer.sign(claims)), {}, metadata)).toBe('OAUTH_JWT_ALG')
    expect(await ask(jwt(es256.sign(claims)), {}, metadata)).toBe('OAUTH_KEY_NOT_FOUND')
  })

  test.each<[string, string, string]>([
    ['a forged signature', createSigner('RS256').sign(claims), 'OAUTH_JWT_SIG'],
    ['alg none', unsigned(claims), 'OAUTH_JWT_ALG'],
    ['ID04: another algorithm than the registered one', signer.sign(claims, { alg: 'PS256' }), 'OAUTH_JWT_ALG'],
    ['ID03: HS256 where it is not registered', signHmac('HS256', parties.client_secret ?? '', { claims }), 'OAUTH_JWT_ALG'],
    ['another issuer', signer.sign({ ...claims, iss: 'https://evil.example' }), 'OAUTH_JWT_ISS'],
    ['another audience', signer.sign({ ...claims, aud: 'other' }), 'OAUTH_JWT_AUD'],
    ['audiences without this client', signer.sign({ ...claims, aud: ['a', 'b'] }), 'OAUTH_JWT_AUD'],
    ['ID06: crit', signer.sign(claims, { crit: ['x'], x: 1 }), 'OAUTH_JWT_CRIT'],
    ['ID20: a token of another kind', signer.sign(claims, { typ: 'at+jwt' }), 'OAUTH_JWT_TYP'],
    ['ID21: sub twice', signer.raw('{"alg":"RS256","kid":"RS256"}', '{"sub":"alice","sub":"mallory"}'), 'OAUTH_JWT_MALFORMED'],
    ['RFC 7519 §4.1.4: one that has expired', signer.sign({ ...claims, exp: 1 }), 'OAUTH_JWT_EXP'],
    ['an exp that is no date', signer.sign({ ...claims, exp: 'never' }), 'OAUTH_JWT_EXP'],
    ['RFC 7519 §4.1.5: one that is not valid yet', signer.sign({ ...claims, nbf: 9_999_999_999 }), 'OAUTH_JWT_NBF'],
    ['no JWT', 'abc', 'OAUTH_JWT_MALFORMED'],
    ['UI01: another sub', signer.sign({ ...claims, sub: 'mallory' }), 'OAUTH_USERINFO_SUB'],
    ['UI02: no sub', signer.sign({ iss: ISSUER }), 'OAUTH_RESPONSE_SHAPE'],
  ])('%s is refused', async (_name, body, code) => {
    expect(await ask(jwt(body))).toBe(code)
  })

  test('JSON where a JWT was agreed is refused; a failure is still a failure', async () => {
    expect(await ask(json(claims))).toBe('OAUTH_JWT_MALFORMED')
    expect(await ask(answer(200, JSON.stringify(claims), { 'content-type': 'application/jwt' }))).toBe('OAUTH_JWT_MALFORMED')
    expect(await ask(json(claims), encrypted)).toBe('OAUTH_JWT_MALFORMED')
    expect(await ask(answer(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' }))).toBe('OAUTH_CHALLENGE')
    expect(await ask(answer(302, '', { location: 'https://evil.example' }))).toBe('OAUTH_REDIRECT')
  })

  test('HS256 with the client secret, where the client is registered for it', async () => {
    const client_secret = randomBytes(32).toString('base64url')
    const own = { client_secret, userinfo_signed_response_alg: 'HS256' }
    expect(await ask(jwt(signHmac('HS256', client_secret, { claims })), own)).toEqual(claims)
    expect(await ask(jwt(signHmac('HS256', `${client_secret}x`, { claims })), own)).toBe('OAUTH_JWT_SIG')
    expect(await ask(jwt(signHmac('HS256', 'short', { claims })), { client_secret: 'short', userinfo_signed_response_alg: 'HS256' })).toBe(
      'OAUTH_USAGE',
    )
  })

  test('the keys are fetched when they are not known; without a cache for them the answer is refused', async () => {
    const own = { ...parties, ...signed }
    const played = await play(
      userinfo(server, own, { environment, keyCache: createCache(), accessToken: 'A' }),
      jwt(signer.sign(claims)),
      json({ keys: [signer.jwk] }),
    )
    expect(played.requests.map(({ endpoint }) => endpoint)).toEqual(['userinfo', 'jwks'])
    expect(played.value).toEqual(claims)
    expect((await play(userinfo(server, own, { accessToken: 'A' }), jwt(signer.sign(claims)))).error).toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('"keyCache"'),
    })
  })
})

describe('OpenID Connect Core §5.3.2: an encrypted answer', () => {
  test('holds a signed JWT, or claims where no signature was agreed', async () => {
    expect(await ask(jwt(await encrypt(signer.sign(claims))), encrypted)).toEqual(claims)
    expect(await ask(jwt(await encrypt(JSON.stringify(claims))), encrypted)).toEqual(claims)
    expect(await ask(jwt(await encrypt(signer.sign(claims))), { ...encrypted, ...signed })).toEqual(claims)
    expect(await ask(jwt(await encrypt(JSON.stringify(claims))), { ...encrypted, ...signed })).toBe('OAUTH_JWT_MALFORMED')
  })

  test('ID23: a mismatch is refused', async () => {
    expect(await ask(jwt(signer.sign(claims)), encrypted)).toBe('OAUTH_JWT_ENC')
    expect(await ask(jwt(await encrypt(signer.sign(claims))), signed)).toBe('OAUTH_JWT_ENC')
    expect(await ask(jwt(await encrypt(signer.sign(claims), 'ECDH-ES+A128KW')), encrypted)).toBe('OAUTH_JWT_ENC')
  })

  test('what is inside is checked like any other', async () => {
    expect(await ask(jwt(await encrypt(createSigner('RS256').sign(claims))), encrypted)).toBe('OAUTH_JWT_SIG')
    expect(await ask(jwt(await encrypt(unsigned(claims))), encrypted)).toBe('OAUTH_JWT_ALG')
    expect(await ask(jwt(await encrypt('{"sub":"alice","sub":"mallory"}')), encrypted)).toBe('OAUTH_JWT_MALFORMED')
    expect(await ask(jwt(await encrypt('{"sub":"mallory"}')), encrypted)).toBe('OAUTH_USERINFO_SUB')
  })
})

test('UI07, ID29: nothing that claims name is fetched', async () => {
  const sources = {
    picture: 'http://169.254.169.254/latest/meta-data',
    profile: 'https://evil.example/profile',
    _claim_names: { address: 'src1' },
    _claim_sources: { src1: { endpoint: 'https://evil.example/claims', access_token: 'canary' }, src2: { JWT: 'a.b.c' } },
  }
  for (const response of [json({ ...claims, ...sources }), jwt(signer.sign({ ...claims, ...sources }))]) {
    const played = await play(
      userinfo(server, parties, { environment, keyCache: cacheWith([signer.jwk]), accessToken: 'A', subject: 'alice' }),
      response,
    )
    expect(played.requests.map(({ url }) => url)).toEqual([server.userinfo_endpoint])
    expect(played.value).toMatchObject(sources)
  }
})

describe('ID08, UI03: the signed answer of a tenant, with quirks.templatedIssuer', () => {
  const TEMPLATE = 'https://as.example/{tenantid}/v2.0'
  const CONTOSO = 'https://as.example/contoso/v2.0'

  async function ofTenant(iss: string, issuer: string | undefined, quirks: Client['quirks'] = { templatedIssuer: true }) {
    const { error, value } = await play(
      userinfo(
        { ...server, issuer: TEMPLATE },
        { ...parties, ...signed, quirks },
        { environment, keyCache: createCache<never>(), accessToken: 'A', subject: 'alice', issuer },
      ),
      jwt(signer.sign({ ...claims, iss })),
      json({ keys: [signer.jwk] }),
    )
    return error === undefined ? value : (error as { code?: string }).code
  }

  test('is from the issuer that the ID token had', async () => {
    expect(await ofTenant(CONTOSO, CONTOSO)).toMatchObject({ sub: 'alice', iss: CONTOSO })
  })

  test.each<[string, string, string | undefined, Client['quirks']]>([
    ['of another tenant', 'https://as.example/fabrikam/v2.0', CONTOSO, { templatedIssuer: true }],
    ['where no ID token told the tenant', CONTOSO, undefined, { templatedIssuer: true }],
    [
      'of an issuer that the template does not make',
      'https://evil.example/contoso/v2.0',
      'https://evil.example/contoso/v2.0',
      { templatedIssuer: true },
    ],
    ['of an issuer that is no URL', 'contoso', 'contoso', { templatedIssuer: true }],
    ['without the quirk', CONTOSO, CONTOSO, {}],
  ])('one %s is refused', async (_which, iss, issuer, quirks) => {
    expect(await ofTenant(iss, issuer, quirks)).toBe('OAUTH_JWT_ISS')
  })
})
