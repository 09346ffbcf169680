import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { compactVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { json, play, thrown } from '../../test/answers.js'
import { NOW, testEnvironment } from '../../test/environment.js'
import { ISSUER, server } from '../../test/parties.js'
import { createCache } from '../flow/cache.js'
import { refreshToken } from '../flow/refresh-token.js'
import { revoke } from '../flow/revoke.js'
import { tokenGrant } from '../flow/token.js'
import { formDecode, formGet } from '../http/form.js'
import type { HttpRequest } from '../http/http-request.js'
import { authorizationRequest } from '../message/authorization-request.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Client, ClientAuthentication } from './client.js'
import { clientSecretJwt } from './client-secret-jwt.js'
import { privateKeyJwt } from './private-key-jwt.js'

const environment = testEnvironment()
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const secret = randomBytes(64).toString('base64url')
const token = { access_token: 'A', token_type: 'Bearer' }
const grant = [['grant_type', 'client_credentials']] as const

/** The token request of a client. */
async function sent(client: Partial<Client>, options: object = {}, metadata: ServerMetadata = server): Promise<HttpRequest> {
  const flow = tokenGrant(metadata, { client_id: 'client', ...client }, { environment, grant, ...options })
  const { requests, error } = await play(flow, json(token))
  if (requests[0] === undefined) throw error
  return requests[0]
}

const by = (method: ClientAuthentication, metadata?: ServerMetadata) => sent({ token_endpoint_auth_method: method }, {}, metadata)

async function assertionOf({ body = '' }: HttpRequest, verifier: KeyObject | Uint8Array = publicKey) {
  const { payload, protectedHeader } = await compactVerify(formGet(formDecode(body), 'client_assertion') ?? '', verifier as never)
  return { header: protectedHeader, claims: JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown> }
}

describe('S45, RFC 7523 §2.2: private_key_jwt', () => {
  test('the assertion goes into the body, and the client id with it', async () => {
    const request = await by(privateKeyJwt({ key }))
    expect(formDecode(request.body ?? '').map(([name]) => name)).toEqual([
      'grant_type',
      'client_id',
      'client_assertion_type',
      'client_assertion',
    ])
    expect(formGet(formDecode(request.body ?? ''), 'client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    expect(request.headers).not.toHaveProperty('authorization')
    expect(request.url).toBe(server.token_endpoint)
  })

  test('S46: claims and header', async () => {
    const { header, claims } = await assertionOf(
      await by(privateKeyJwt({ key, kid: 'k', header: { typ: 'x' }, claims: { sub: 'other', own: 1 } })),
    )
    expect(header).toEqual({ alg: 'ES256', typ: 'x', kid: 'k' })
    const { jti, ...rest } = claims
    expect(jti).toMatch(/^[\w-]{43}$/)
    expect(rest).toEqual({ iss: 'client', sub: 'other', own: 1, aud: ISSUER, iat: NOW, exp: NOW + 60 })
  })

  test('S42: registered under its name; found in the metadata when no method is configured', async () => {
    const registeredMethods = new Map([['private_key_jwt', privateKeyJwt({ key })]])
    expect((await assertionOf(await sent({ token_endpoint_auth_method: 'private_key_jwt' }, { registeredMethods }))).claims['sub']).toBe(
      'client',
    )
    const only = (...methods: string[]) => ({ ...server, token_endpoint_auth_methods_supported: methods })
    const metadata = only('client_secret_basic', 'tls_client_auth', 'private_key_jwt')
    expect((await assertionOf(await sent({}, { registeredMethods }, metadata))).claims['sub']).toBe('client')
    // A secret says what the client is registered for, as long as the server takes it.
    expect((await sent({ client_secret: secret }, { registeredMethods }, metadata)).headers['authorization']).toMatch(/^Basic /)
    expect((await assertionOf(await sent({ client_secret: secret }, { registeredMethods }, only('private_key_jwt')))).claims['sub']).toBe(
      'client',
    )
    const needsSecret = new Map([['client_secret_jwt', clientSecretJwt()]])
    expect((await sent({}, { registeredMethods: needsSecret }, only('client_secret_jwt', 'none'))).body).toMatch(/client_id=client$/)
  })

  test('CA06: the hint of invalid_client does not call a registered method missing', async () => {
    const metadata = { ...server, token_endpoint_auth_methods_supported: ['private_key_jwt'] }
    const ask = async (registeredMethods?: Map<string, ClientAuthentication>) => {
      const flow = tokenGrant(metadata, { client_id: 'client' }, { environment, grant, ...(registeredMethods && { registeredMethods }) })
      return String((await play(flow, json({ error: 'invalid_client' }, 401))).error)
    }
    expect(await ask()).toContain('offers only private_key_jwt')
    expect(await ask(new Map([['private_key_jwt', privateKeyJwt({ key })]]))).not.toContain('offers only')
  })

  test('a name that nobody registered is an error that names the function', async () => {
    expect(await thrown(() => sent({ token_endpoint_auth_method: 'private_key_jwt' }))).toMatchObject({
      message: expect.stringContaining('privateKeyJwt({ key })'),
    })
  })

  test('at refresh and revocation too, each with its own assertion', async () => {
    const client: Client = { client_id: 'client', token_endpoint_auth_method: privateKeyJwt({ key }) }
    const old = { ...token, refresh_token: 'R' }
    const refreshed = await play(refreshToken(server, client, { environment, token: old, keyCache: createCache() }), json(token))
    const flow = revoke(server, client, { environment, token: 'R' })
    const { value: revocation } = await flow.next()
    const all = [...refreshed.requests, revocation as HttpRequest]
    const claims = await Promise.all(all.map(async (request) => (await assertionOf(request)).claims))
    expect(claims.map(({ aud }) => aud)).toEqual([ISSUER, ISSUER])
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(2)
  })
})

describe('RFC 7523 §2.2: client_secret_jwt', () => {
  const bytes = new TextEncoder().encode(secret)

  test.each(['HS256', 'HS384', 'HS512'])('%s', async (alg) => {
    const request = await sent({ client_secret: secret, token_endpoint_auth_method: clientSecretJwt({ alg }) })
    expect((await assertionOf(request, bytes)).header).toEqual({ alg, typ: 'JWT' })
    expect(request.body).not.toContain(secret)
  })

  test('HS256 unless told', async () => {
    const request = await sent({ client_secret: secret, token_endpoint_auth_method: clientSecretJwt() })
    expect((await assertionOf(request, bytes)).header.alg).toBe('HS256')
  })

  test.each([
    ['no secret', {}, /no "client_secret"/],
    ['RFC 7518 §3.2: a secret of 31 bytes', { client_secret: secret.slice(0, 31) }, /31 bytes.*32/],
  ])('CA07: %s', async (_name, client, message) => {
    const error = await thrown(() => sent({ ...client, token_endpoint_auth_method: clientSecretJwt() }))
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringMatching(message) })
  })

  test('CA07: an algorithm of private keys is refused where it is configured', () => {
    for (const alg of ['RS256', 'none', '']) expect(() => clientSecretJwt({ alg })).toThrow(/HS256, HS384 or HS512/)
  })

  test('a secret that looks like a key is a secret', async () => {
    const request = await sent({ client_secret: key, token_endpoint_auth_method: clientSecretJwt() })
    expect((await assertionOf(request, new TextEncoder().encode(key))).claims['iss']).toBe('client')
  })
})

describe('CA03: the audience', () => {
  const audience = async (options: object, metadata?: ServerMetadata) =>
    (await assertionOf(await by(privateKeyJwt({ key, ...options }), metadata))).claims['aud']

  test('is the issuer, a text, at every endpoint', async () => {
    expect(await audience({})).toBe(ISSUER)
    expect(await audience({ audience: 'issuer' })).toBe(ISSUER)
  })

  test('is the token endpoint for a server without an issuer', async () => {
    const { issuer: _none, ...metadata } = server
    expect(await audience({}, metadata)).toBe(server.token_endpoint)
  })

  test('is the token endpoint where the issuer is a template for those of many tenants, but only if the application says that it is one', async () => {
    const template = { ...server, issuer: 'https://as.example/{tenantid}/v2.0' }
    const of = async (quirks?: Client['quirks']) => {
      const client: Client = { client_id: 'client', token_endpoint_auth_method: privateKeyJwt({ key }), quirks }
      const { value } = await revoke(template, client, { environment, token: 'R' }).next()
      return (await assertionOf(value as HttpRequest)).claims['aud']
    }
    expect(await of({ templatedIssuer: true })).toBe(server.token_endpoint)
    expect(await of({ templatedIssuer: { tenants: ['one'] } })).toBe(server.token_endpoint)
    expect(await of()).toBe(template.issuer)
  })

  test('S46: is the URL of the endpoint, of the token endpoint, or any text, for servers that want it so', async () => {
    expect(await audience({ audience: 'token_endpoint' })).toBe(server.token_endpoint)
    expect(await audience({ audience: 'endpoint' })).toBe(server.token_endpoint)
    expect(await audience({ audience: 'https://own.example' })).toBe('https://own.example')
    expect(await audience({ audience: ['a', 'b'] })).toEqual(['a', 'b'])
    for (const [name, expected] of [
      ['endpoint', server.revocation_endpoint],
      ['token_endpoint', server.token_endpoint],
    ] as const) {
      const client: Client = { client_id: 'client', token_endpoint_auth_method: privateKeyJwt({ key, audience: name }) }
      const { value } = await revoke(server, client, { environment, token: 'R' }).next()
      expect((await assertionOf(value as HttpRequest)).claims['aud']).toBe(expected)
    }
  })

  test('CA04: an endpoint that a server took from another names that server in no assertion', async () => {
    const attacker = { issuer: 'https://evil.example', token_endpoint: server.token_endpoint ?? '' }
    expect(await audience({}, attacker)).toBe('https://evil.example')
  })

  test('nothing that could name it is an error', async () => {
    const { issuer: _none, token_endpoint: _neither, ...metadata } = server
    const client: Client = { client_id: 'client', token_endpoint_auth_method: privateKeyJwt({ key }) }
    expect(await thrown(() => revoke(metadata, client, { environment, token: 'R' }).next())).toMatchObject({ name: 'UsageError' })
  })
})

describe('CA05: replay', () => {
  test('each attempt has its own jti and signature', async () => {
    const method = privateKeyJwt({ key })
    const [first, second] = await Promise.all([by(method), by(method)])
    expect(first?.body).not.toBe(second?.body)
    const ids = await Promise.all([first, second].map(async (request) => (await assertionOf(request as HttpRequest)).claims['jti']))
    expect(new Set(ids).size).toBe(2)
  })

  test('C9: also with claims of the application’s own, which stay as they are', async () => {
    const [claims, header] = [Object.freeze({ own: 1 }), Object.freeze({ typ: 'JWT' })]
    const method = privateKeyJwt({ key, claims, header })
    const ids = [await assertionOf(await by(method)), await assertionOf(await by(method))].map((one) => one.claims['jti'])
    expect(new Set(ids).size).toBe(2)
    expect(claims).toEqual({ own: 1 })
  })

  test('exp is at most 60 s after iat, and iat is the clock of the environment', async () => {
    const { claims } = await assertionOf(await by(privateKeyJwt({ key, lifetime: 5 })))
    expect(claims).toMatchObject({ iat: NOW, exp: NOW + 5 })
    for (const lifetime of [61, 0, -1, 1.5, Number.NaN]) {
      expect(() => privateKeyJwt({ key, lifetime })).toThrow(/1 to 60/)
      expect(() => clientSecretJwt({ lifetime })).toThrow(/1 to 60/)
    }
  })

  test.each(['aud', 'iat', 'exp', 'jti'])('"%s" among the claims is an error', (name) => {
    expect(() => privateKeyJwt({ key, claims: { [name]: 'x' } })).toThrow(`cannot have "${name}"`)
  })
})

describe('CA07: bad configuration is refused at once', () => {
  test.each([
    ['a secret as key', { key: secret }, /is a secret, and a private key is needed/],
    ['an oct JWK as key', { key: { kty: 'oct', k: 'AAAA' } }, /is a secret/],
    ['a public key', { key: publicKey.export({ format: 'jwk' }) as { kty: string } }, /public key/],
    ['another algorithm', { key, alg: 'RS256' }, /RS256 needs an RSA key/],
  ])('%s', (_name, options, message) => {
    expect(() => privateKeyJwt(options)).toThrow(message)
  })

  test.each([
    ['privateKeyJwt', () => privateKeyJwt({ key, headers: {} } as never), 'no option "headers". Did you mean "header"?'],
    ['privateKeyJwt', () => privateKeyJwt({ key, expiresIn: 1 } as never), 'no option "expiresIn".'],
    ['privateKeyJwt', () => privateKeyJwt(key as never), 'an options object is needed'],
    ['privateKeyJwt', () => (privateKeyJwt as () => unknown)(), 'an options object is needed'],
    ['clientSecretJwt', () => clientSecretJwt({ headers: {} } as never), 'no option "headers". Did you mean "header"?'],
    ['clientSecretJwt', () => clientSecretJwt({ key: secret } as never), 'no option "key".'],
  ])('S5: %s refuses options that nothing reads', (where, attempt, found) => {
    expect(attempt).toThrow(expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(`${where}: `) }))
    expect(attempt).toThrow(found)
  })
})

test('CA08: no secret and no key in authorization URLs, nor in what is shown of a method', async () => {
  const method = privateKeyJwt({ key })
  const client: Client = { client_id: 'client', client_secret: secret, token_endpoint_auth_method: clientSecretJwt() }
  const { url, transaction } = await authorizationRequest(server, client, {
    environment,
    redirectUri: 'https://app.example/cb',
    scope: 'openid',
  })
  expect(url + JSON.stringify(transaction)).not.toContain(secret)
  const { d = '' } = privateKey.export({ format: 'jwk' })
  expect(inspect(method, { depth: null, showHidden: true })).not.toContain(d)
})

test('CA08: an assertion that the server echoes is cut out of its error', async () => {
  const flow = tokenGrant(server, { client_id: 'client', token_endpoint_auth_method: privateKeyJwt({ key }) }, { environment, grant })
  const { value: request } = await flow.next()
  const assertion = formGet(formDecode((request as HttpRequest).body ?? ''), 'client_assertion') ?? ''
  const error_description = `bad client_assertion ${assertion} of type urn:ietf:params:oauth:client-assertion-type:jwt-bearer`
  const error = await thrown(() => flow.next(json({ error: 'invalid_client', error_description }, 401)))
  expect(inspect(error, { depth: null })).not.toContain(assertion)
  expect(String(error)).toContain('bad client_assertion [redacted] of type urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
})
