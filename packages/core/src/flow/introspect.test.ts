import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { CompactEncrypt } from 'jose'
import { describe, expect, test } from 'vitest'
import { answer, json, play } from '../../test/answers.js'
import { NOW, testEnvironment } from '../../test/environment.js'
import { cacheWith, ISSUER, server as metadata, client as parties } from '../../test/parties.js'
import { createSigner, unsigned } from '../../test/signer.js'
import type { Client } from '../client-authentication/client.js'
import { jweDecryption } from '../jose/jwe-decryption.js'
import { introspect } from './introspect.js'

const environment = testEnvironment()
const server = { ...metadata, introspection_endpoint: `${ISSUER}/introspect` }
const signer = createSigner('RS256')

const ask = (response: Parameters<typeof play>[1], client: Partial<Client> = {}, options: object = {}) =>
  play(introspect(server, { ...parties, ...client }, { environment, token: 'T', keyCache: cacheWith([signer.jwk]), ...options }), response)

describe('S59, RFC 7662: introspection', () => {
  test('by hand: the token goes into the form, and the client authenticates', async () => {
    const flow = introspect(server, parties, {
      environment,
      token: 'T',
      token_type_hint: 'access_token',
      parameters: { resource: ['a', 'b'] },
    })
    const { value: request } = await flow.next()
    expect(request).toMatchObject({
      endpoint: 'introspection',
      method: 'POST',
      url: server.introspection_endpoint,
      body: 'token=T&token_type_hint=access_token&resource=a&resource=b',
      headers: { accept: 'application/json', authorization: expect.stringMatching(/^Basic /) },
    })
    const { value } = await flow.next(json({ active: true, sub: 'alice' }))
    expect(value).toEqual({ active: true, sub: 'alice' })
  })

  test('S61: the method is that of the token endpoint, or that of the call; a hook comes before it', async () => {
    const sent = async (client: Partial<Client>, options: object = {}) => (await ask(json({ active: false }), client, options)).requests[0]
    expect(
      (await sent({ token_endpoint_auth_method: 'client_secret_post', revocation_endpoint_auth_method: 'client_secret_basic' }))?.body,
    ).toBe(`token=T&client_id=client&client_secret=${parties.client_secret}`)
    expect((await sent({}, { clientAuthentication: 'none' }))?.body).toBe('token=T&client_id=client')
    const requestHook = (request: { body?: string }) => ({ ...request, body: `${request.body}&own=1` })
    expect((await sent({}, { requestHook, clientAuthentication: 'none' }))?.body).toBe('token=T&own=1&client_id=client')
  })

  test('all claims are kept; the raw answer is there, and not in what is logged or stored', async () => {
    const claims = { active: true, scope: 'a b', exp: NOW, aud: ['x'], 'https://own': { a: 1 } }
    const response = json(claims)
    const { value } = await ask(response)
    expect(value).toEqual(claims)
    expect(value?.response).toBe(response)
    expect(JSON.parse(JSON.stringify(value))).toEqual(claims)
    expect(inspect(value)).not.toContain('headers')
  })

  test('a token that the server does not know is not active, and no error', async () => {
    expect((await ask(json({ active: false }))).value).toEqual({ active: false })
  })

  test.each(['{}', '{"active":"true"}', '{"active":1}', '{"active":null}'])(
    'RFC 7662 §2.2: "active" is true or false: %s',
    async (body) => {
      expect((await ask(json(body))).error).toMatchObject({
        name: 'ResponseError',
        code: 'OAUTH_RESPONSE_SHAPE',
        endpoint: 'introspection',
      })
    },
  )

  test.each([
    [json({ error: 'invalid_client' }, 401), 'OAUTH_ENDPOINT_ERROR'],
    [answer(401, '', { 'www-authenticate': 'Bearer' }), 'OAUTH_CHALLENGE'],
    [answer(500), 'OAUTH_RESPONSE_STATUS'],
    [answer(302), 'OAUTH_REDIRECT'],
    [json('{"active":true,"active":false}'), 'OAUTH_RESPONSE_DUPLICATE_KEY'],
    [answer(200, '<html>', { 'content-type': 'text/html' }), 'OAUTH_RESPONSE_CONTENT_TYPE'],
  ])('failures are typed: %#', async (response, code) => {
    expect((await ask(response)).error).toMatchObject({ code })
  })

  test.each([undefined, '', { access_token: 'canary' }, null])('S60: a token that is no text is an error: %j', async (token) => {
    const { requests, error } = await ask(json({ active: true }), {}, { token })
    expect(requests).toEqual([])
    expect(error).toMatchObject({ name: 'UsageError' })
    expect(inspect(error)).not.toContain('canary')
  })

  test('a server without the endpoint', async () => {
    expect(await play(introspect(metadata, parties, { environment, token: 'T' }))).toMatchObject({
      error: { code: 'OAUTH_ENDPOINT_MISSING' },
    })
  })

  test('AR22: the token is not in the error, though the server echoes it', async () => {
    const token = 'a-token-that-is-secret'
    const { error } = await ask(json({ error: 'invalid_request', error_description: `bad ${token}` }, 400), {}, { token })
    expect(inspect(error, { depth: null })).not.toContain(token)
  })
})

describe('RFC 9701: an answer that is a JWT', () => {
  const payload = { iss: ISSUER, aud: 'client', iat: NOW, token_introspection: { active: true, sub: 'alice' } }
  const typ = 'token-introspection+jwt'
  const jwt = (body: string) => answer(200, body, { 'content-type': `application/${typ}` })
  const good = (claims: object = {}, header: object = {}) => jwt(signer.sign({ ...payload, ...claims }, { typ, ...header }))
  const signed = { introspection_signed_response_alg: 'RS256' }

  test('§4: a client that is registered for it asks for it', async () => {
    const { requests } = await ask(good(), signed)
    expect(requests[0]?.headers['accept']).toBe(`application/${typ}`)
  })

  test('§5: it is verified, and what it says is the claim "token_introspection"', async () => {
    const response = good()
    for (const client of [signed, {}]) {
      const { value } = await ask(response, client)
      expect(value).toEqual({ active: true, sub: 'alice' })
      expect(value?.response).toBe(response)
    }
    expect((await ask(good({}, { typ: `application/${typ}` }), signed)).value).toEqual({ active: true, sub: 'alice' })
  })

  test.each([
    ['plain JSON where a JWT was agreed', json({ active: true }), 'OAUTH_JWT_MALFORMED'],
    ['a forged signature', jwt(createSigner('RS256').sign(payload, { typ })), 'OAUTH_JWT_SIG'],
    ['alg none', jwt(unsigned(payload, { alg: 'none', typ })), 'OAUTH_JWT_ALG'],
    ['another algorithm', good({}, { alg: 'PS256' }), 'OAUTH_JWT_ALG'],
    ['§8.1: no typ', good({}, { typ: undefined }), 'OAUTH_JWT_TYP'],
    ['§8.1: the typ of another token', good({}, { typ: 'at+jwt' }), 'OAUTH_JWT_TYP'],
    ['no iss', good({ iss: undefined }), 'OAUTH_JWT_ISS'],
    ['another iss', good({ iss: 'https://evil.example' }), 'OAUTH_JWT_ISS'],
    ['no aud', good({ aud: undefined }), 'OAUTH_JWT_AUD'],
    ['another aud', good({ aud: 'other' }), 'OAUTH_JWT_AUD'],
    ['no token_introspection', good({ token_introspection: undefined }), 'OAUTH_JWT_MALFORMED'],
    ['token_introspection that is a list', good({ token_introspection: [] }), 'OAUTH_JWT_MALFORMED'],
    ['no "active"', good({ token_introspection: {} }), 'OAUTH_RESPONSE_SHAPE'],
  ])('%s is refused', async (_name, response, code) => {
    expect((await ask(response, signed)).error).toMatchObject({ code })
  })

  test('§5: encrypted, it holds a signed JWT and nothing less', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const decryption = jweDecryption({ keys: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string })
    const encrypted = async (text: string) =>
      jwt(
        await new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' }).encrypt(publicKey),
      )
    const client = { decryption, introspection_encrypted_response_alg: 'ECDH-ES' }
    expect((await ask(await encrypted(signer.sign(payload, { typ })), client)).value).toEqual({ active: true, sub: 'alice' })
    expect((await ask(await encrypted(JSON.stringify(payload)), client)).error).toMatchObject({ code: 'OAUTH_JWT_MALFORMED' })
    expect((await ask(good(), client)).error).toMatchObject({ code: 'OAUTH_JWT_ENC' })
    expect((await ask(json({ active: true }), client)).error).toMatchObject({ code: 'OAUTH_JWT_MALFORMED' })
  })

  test('without a cache for keys it is refused; an algorithm that nothing verifies is told before anything is sent', async () => {
    const bare = (await ask(good(), signed, { keyCache: undefined })).error
    expect(bare).toMatchObject({ name: 'UsageError', message: expect.stringContaining('"keyCache"') })
    expect(await ask(good(), { introspection_signed_response_alg: 'ES256K' })).toMatchObject({
      requests: [],
      error: { name: 'UsageError' },
    })
  })
})
