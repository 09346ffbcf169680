import { describe, expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { testEnvironment } from '../../test/environment.js'
import { server } from '../../test/parties.js'
import type { ClientAuthentication } from '../client-authentication/client.js'
import { formDecode, toForm } from '../http/form.js'
import { MAX_BYTES, TIMEOUT_MS } from '../http/http-request.js'
import { revocationRequest } from './revocation.js'
import { type ClientRequestOptions, tokenRequest } from './token-request.js'

const environment = testEnvironment()
const client = { client_id: 'client', client_secret: 'secret' }
const grant = toForm({ grant_type: 'authorization_code', code: 'C', redirect_uri: 'https://app.example/cb', code_verifier: 'V' })
const basic = `Basic ${btoa('client:secret')}`

const build = (options: Partial<ClientRequestOptions> = {}, form = grant) => tokenRequest(server, client, form, { environment, ...options })

test('S16, S22, S23: a code grant: parameters in order, no scope, JSON asked for, one method of authentication', async () => {
  expect(await build()).toEqual({
    endpoint: 'token',
    method: 'POST',
    url: 'https://as.example/token',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', authorization: basic },
    body: 'grant_type=authorization_code&code=C&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&code_verifier=V',
    maxBytes: MAX_BYTES,
    timeoutMs: TIMEOUT_MS,
  })
})

test('S25, C17: repeated and listed parameters are all sent, after those of the grant', async () => {
  const { body } = await build(
    { parameters: { resource: ['a', 'b'], audience: undefined } },
    toForm({ grant_type: 'client_credentials', scope: 'p q' }),
  )
  expect(body).toBe('grant_type=client_credentials&scope=p+q&resource=a&resource=b')
})

describe('S23: headers', () => {
  test('those given are added; one of the same name is replaced, however it is spelt', async () => {
    const { headers } = await build({ headers: { Accept: 'application/xml', 'X-Own': '1' } })
    expect(headers).toEqual({
      accept: 'application/xml',
      'x-own': '1',
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      authorization: basic,
    })
  })

  test('CA02: a given Authorization header does not travel beside that of the method', async () => {
    const { headers } = await build({ headers: { Authorization: 'Basic b3RoZXI=' } })
    expect(Object.entries(headers).filter(([name]) => name.toLowerCase() === 'authorization')).toEqual([['authorization', basic]])
  })
})

describe('S17: the endpoint', () => {
  test('can be given per request, and is checked like any other', async () => {
    expect(await build({ endpoint: 'https://as.example/other' })).toMatchObject({ url: 'https://as.example/other' })
    for (const endpoint of ['http://as.example/token', 'javascript:x', '/token']) {
      expect(await thrown(() => build({ endpoint }))).toMatchObject({ code: 'OAUTH_ENDPOINT_SCHEME' })
    }
  })

  test('its absence is a typed error', async () => {
    expect(await thrown(() => tokenRequest({ issuer: 'https://as.example' }, client, grant, { environment }))).toMatchObject({
      code: 'OAUTH_ENDPOINT_MISSING',
    })
  })
})

describe('CA02: exactly one method', () => {
  test.each(['client_id', 'client_secret', 'client_assertion', 'client_assertion_type'])(
    '%s cannot be a parameter beside it',
    async (name) => {
      for (const attempt of [() => build({ parameters: { [name]: 'canary' } }), () => build({}, [[name, 'canary']])]) {
        const error = await thrown(attempt)
        expect(error).toMatchObject({ code: 'OAUTH_USAGE', message: expect.stringContaining(`"${name}"`) })
        expect(String(error)).not.toContain('canary')
      }
    },
  )

  test("S41: a method given for one request replaces the client's own", async () => {
    const { headers, body } = await build({ clientAuthentication: 'client_secret_post' })
    expect(headers).not.toHaveProperty('authorization')
    expect(formDecode(body ?? '').slice(-2)).toEqual([
      ['client_id', 'client'],
      ['client_secret', 'secret'],
    ])
  })
})

test('S43, S44: a method gets the whole request and may change URL, headers and body, also asynchronously', async () => {
  const inUrl: ClientAuthentication = async (request, { client: { client_id, client_secret }, server: metadata }) => {
    expect(request.body).toContain('grant_type=client_credentials')
    expect(metadata).toBe(server)
    return { ...request, url: `${request.url}?client_id=${client_id}&client_secret=${client_secret}&${request.body}`, body: '' }
  }
  const form = toForm({ grant_type: 'client_credentials' })
  const expected = { url: 'https://as.example/token?client_id=client&client_secret=secret&grant_type=client_credentials', body: '' }
  expect(await build({ clientAuthentication: inUrl }, form)).toMatchObject(expected)
  expect(await build({ clientAuthentication: 'own', registeredMethods: new Map([['own', inUrl]]) }, form)).toMatchObject(expected)
})

test('S62, S63: a hook changes the request before the client is authenticated, also asynchronously', async () => {
  const seen: unknown[] = []
  const request = await build({
    requestHook: async (given) => {
      seen.push(given.headers['authorization'])
      return { ...given, body: `${given.body}&key=1` }
    },
  })
  expect(seen).toEqual([undefined])
  expect(request.body).toMatch(/&key=1$/)
  expect(request.headers['authorization']).toBe(basic)
})

describe('CA06: the method is never changed by what the metadata or an answer says, once configured', () => {
  test('a configured method stays although the server lists another', async () => {
    const metadata = { ...server, token_endpoint_auth_methods_supported: ['client_secret_post'] }
    const own = { ...client, token_endpoint_auth_method: 'client_secret_basic' }
    expect((await tokenRequest(metadata, own, grant, { environment })).headers['authorization']).toBe(basic)
  })
})

describe('C15, S37: revocation', () => {
  const revoke = (own: object, options: object = {}) =>
    revocationRequest(server, { ...client, ...own }, { environment, token: 'T', ...options })

  test('uses its own method, else that of the token endpoint', async () => {
    expect((await revoke({})).headers['authorization']).toBe(basic)
    expect((await revoke({ token_endpoint_auth_method: 'client_secret_post' })).body).toBe('token=T&client_id=client&client_secret=secret')
    const both = { token_endpoint_auth_method: 'client_secret_post', revocation_endpoint_auth_method: 'client_secret_basic' }
    expect(await revoke(both)).toMatchObject({ body: 'token=T', headers: { authorization: basic } })
  })

  test('S59: goes to the revocation endpoint, with a hint when one is given', async () => {
    expect(await revoke({}, { token_type_hint: 'refresh_token' })).toMatchObject({
      endpoint: 'revocation',
      url: 'https://as.example/revoke',
      body: 'token=T&token_type_hint=refresh_token',
    })
  })
})

test('arguments are not changed', async () => {
  const options = Object.freeze({ environment, headers: Object.freeze({ 'x-own': '1' }), parameters: Object.freeze({ audience: 'a' }) })
  const form = Object.freeze(grant.map((pair) => Object.freeze(pair)))
  expect((await tokenRequest(Object.freeze({ ...server }), Object.freeze({ ...client }), form, options)).body).toContain('audience=a')
})

describe('what is not a client, or not a request', () => {
  test.each([{}, { clientId: 'client' }, { client_id: '' }])('CA07: a client of %j is refused by its "client_id"', async (other) => {
    expect(await thrown(() => tokenRequest(server, other as never, grant, { environment }))).toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('no "client_id"'),
    })
  })

  test('S43: a client authentication that returns nothing is named', async () => {
    const clientAuthentication = 'own'
    const registeredMethods = new Map([['own', (() => undefined) as never]])
    expect(await thrown(() => build({ clientAuthentication, registeredMethods }))).toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/method "own" returned no request.*must return/),
    })
    const forgetful = (async () => undefined) as never
    expect(await thrown(() => build({ clientAuthentication: forgetful }))).toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('(function forgetful) returned no request'),
    })
  })
})
