import { describe, expect, test } from 'vitest'
import { json, play, thrown } from '../../test/answers.js'
import { testEnvironment } from '../../test/environment.js'
import { server } from '../../test/parties.js'
import { tokenGrant } from '../flow/token.js'
import { formDecode } from '../http/form.js'
import { formRequest, getRequest } from '../http/http-request.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { ClientAuthentication } from './client.js'
import { assertClient, type Client } from './client.js'
import { clientAuthentication, defaultMethod } from './client-authentication.js'
import { clientSecretBasic } from './client-secret-basic.js'
import { noBuiltInMethod } from './invalid-client-hint.js'

const environment = testEnvironment()
const request = formRequest('token', server.token_endpoint ?? '', [['grant_type', 'client_credentials']])

function authenticate(method: string, client: Client, sent = request) {
  return clientAuthentication(method)(sent, { client, server, environment })
}

async function credentials(client: Client): Promise<string> {
  const { headers } = await authenticate('client_secret_basic', client)
  return Buffer.from((headers['authorization'] ?? '').replace(/^Basic /, ''), 'base64').toString()
}

describe('CA01, S38: client_secret_basic', () => {
  const client = { client_id: 'a:b%c+d e', client_secret: 'é:%+ /=' }

  test('RFC 6749 §2.3.1: id and secret are form-encoded before Basic', async () => {
    expect(await credentials(client)).toBe('a%3Ab%25c%2Bd+e:%C3%A9%3A%25%2B+%2F%3D')
  })

  test('S38: quirks.rawBasicCredentials sends them as they are, in UTF-8', async () => {
    expect(await credentials({ ...client, quirks: { rawBasicCredentials: true } })).toBe('a:b%c+d e:é:%+ /=')
  })

  test('letters, digits and -._* are the same both ways', async () => {
    const plain = { client_id: 'aZ09-._*', client_secret: '*_.-90Za' }
    expect(await credentials(plain)).toBe('aZ09-._*:*_.-90Za')
    expect(await credentials({ ...plain, quirks: { rawBasicCredentials: true } })).toBe('aZ09-._*:*_.-90Za')
  })

  test('the header is added, the body is untouched', async () => {
    expect(await authenticate('client_secret_basic', { client_id: 'id', client_secret: 'secret' })).toEqual({
      ...request,
      headers: { ...request.headers, authorization: `Basic ${btoa('id:secret')}` },
    })
  })
})

test('S39: client_secret_post appends id and secret to the body', async () => {
  const { body, headers } = await authenticate('client_secret_post', { client_id: 'i d', client_secret: 'a&b=c' })
  expect(body).toBe('grant_type=client_credentials&client_id=i+d&client_secret=a%26b%3Dc')
  expect(headers).toEqual(request.headers)
})

test('S40: none appends the id to the body, or to the URL of a GET', async () => {
  const client = { client_id: 'id' }
  expect(await authenticate('none', client)).toEqual({ ...request, body: 'grant_type=client_credentials&client_id=id' })
  expect(await authenticate('none', client, formRequest('token', 'https://as.example/token', []))).toMatchObject({ body: 'client_id=id' })
  const get = getRequest('token', 'https://as.example/token?a=b')
  expect(await authenticate('none', client, get)).toEqual({ ...get, url: 'https://as.example/token?a=b&client_id=id' })
})

describe('CA02: exactly one method', () => {
  test.each([
    ['client_secret_basic', 1, []],
    ['client_secret_post', 0, ['client_id', 'client_secret']],
    ['none', 0, ['client_id']],
  ])('%s', async (method, headers, members) => {
    const sent = await authenticate(method, { client_id: 'id', client_secret: 'secret' })
    const names = formDecode(sent.body ?? '').map(([name]) => name)
    expect(names.filter((name) => name.startsWith('client_'))).toEqual(members)
    expect(Object.keys(sent.headers).filter((name) => name === 'authorization')).toHaveLength(headers)
    expect(sent.url).toBe(request.url)
  })
})

describe('S37: the default method', () => {
  test.each([
    [undefined, undefined, 'none'],
    [undefined, ['client_secret_post'], 'none'],
    ['secret', undefined, 'client_secret_basic'],
    ['secret', ['client_secret_basic', 'client_secret_post'], 'client_secret_basic'],
    ['secret', ['client_secret_post', 'private_key_jwt'], 'client_secret_post'],
    ['secret', ['private_key_jwt'], 'client_secret_basic'],
    ['secret', [], 'client_secret_basic'],
  ])('secret %j, supported %j: %s', (client_secret, supported, expected) => {
    const metadata = supported === undefined ? {} : { token_endpoint_auth_methods_supported: supported }
    expect(defaultMethod({ client_id: 'id', client_secret }, metadata)).toBe(expected)
  })
})

describe('CA06: invalid_client at a server whose metadata offers no method that is built in', () => {
  const offers = (...methods: string[]) => ({ ...server, token_endpoint_auth_methods_supported: methods })
  const refused = async (sent: Client, metadata: ServerMetadata, options: object = {}) => {
    const flow = tokenGrant(metadata, sent, { environment, grant: [['grant_type', 'client_credentials']], ...options })
    return String((await play(flow, json({ error: 'invalid_client' }, 401))).error)
  }
  const client = { client_id: 'id', client_secret: 'secret' }
  const said = 'offers only private_key_jwt, tls_client_auth'

  test('the error names what is offered, whatever method was tried', async () => {
    const metadata = offers('private_key_jwt', 'tls_client_auth')
    expect(await refused(client, metadata)).toContain(said)
    expect(await refused({ client_id: 'id' }, metadata)).toContain(said)
  })

  test('not where the method is the application’s choice, or one is built in, or nothing is said', async () => {
    const metadata = offers('private_key_jwt', 'tls_client_auth')
    expect(await refused({ ...client, token_endpoint_auth_method: 'client_secret_post' }, metadata)).not.toContain('offers only')
    expect(await refused(client, metadata, { clientAuthentication: 'client_secret_post' })).not.toContain('offers only')
    for (const other of [offers('private_key_jwt', 'none'), offers(), server])
      expect(await refused(client, other)).not.toContain('offers only')
  })

  test('AR22: the names are few, and no more than names', () => {
    const hint = noBuiltInMethod?.(offers('a\r\nb', ...Array.from({ length: 1000 }, () => 'private_key_jwt')))
    expect(hint).toContain('only unreadable, private_key_jwt, private_key_jwt, private_key_jwt, private_key_jwt for')
  })
})

describe('S42, C14: finding a method', () => {
  const own: ClientAuthentication = (sent) => sent

  test('a function is itself; a registered name is found and may shadow a built-in one', () => {
    expect(clientAuthentication(own)).toBe(own)
    expect(clientAuthentication('own', new Map([['own', own]]))).toBe(own)
    expect(clientAuthentication('none', new Map([['none', own]]))).toBe(own)
    expect(clientAuthentication('client_secret_basic', new Map([['own', own]]))).toBe(clientSecretBasic)
  })

  test.each(['unknown', 'toString', '__proto__', ''])('%j is a typed error that lists what is known', async (name) => {
    expect(await thrown(() => clientAuthentication(name, new Map([['own', own]])))).toMatchObject({
      code: 'OAUTH_USAGE',
      message: expect.stringContaining('own, client_secret_basic, client_secret_post, none'),
    })
  })
})

describe('CA07: bad configuration is refused', () => {
  test.each([
    ['an empty secret', { client_id: 'id', client_secret: '' }],
    ['the secret "undefined"', { client_id: 'id', client_secret: 'undefined' }],
    ['the secret "null"', { client_id: 'id', client_secret: 'null' }],
    ['a secret that is no text', { client_id: 'id', client_secret: 7 }],
    ['an empty id', { client_id: '' }],
    ['the id "undefined"', { client_id: 'undefined' }],
    ['no id', {}],
    ['a public client with a secret', { client_id: 'id', client_secret: 'canary', token_endpoint_auth_method: 'none' }],
    ['client_secret_basic without a secret', { client_id: 'id', token_endpoint_auth_method: 'client_secret_basic' }],
    ['client_secret_post without a secret', { client_id: 'id', token_endpoint_auth_method: 'client_secret_post' }],
    ['client_secret_jwt without a secret', { client_id: 'id', token_endpoint_auth_method: 'client_secret_jwt' }],
    ['revocation by client_secret_post without a secret', { client_id: 'id', revocation_endpoint_auth_method: 'client_secret_post' }],
    ['revocation as a public client with a secret', { client_id: 'id', client_secret: 'canary', revocation_endpoint_auth_method: 'none' }],
  ])('%s', async (_name, client) => {
    const error = await thrown(() => assertClient(client as Client))
    expect(error).toMatchObject({ name: 'UsageError', code: 'OAUTH_USAGE' })
    expect(String(error)).not.toContain('canary')
  })

  test.each([
    { client_id: 'id' },
    { client_id: 'id', token_endpoint_auth_method: 'none' },
    { client_id: 'id', client_secret: 'secret' },
    { client_id: 'id', client_secret: 'secret', token_endpoint_auth_method: 'client_secret_post' },
    { client_id: 'id', token_endpoint_auth_method: 'registered later' },
    { client_id: 'id', client_secret: 'secret', revocation_endpoint_auth_method: 'client_secret_post' },
    { client_id: 'id', revocation_endpoint_auth_method: 'none' },
  ])('%j is taken', (client) => {
    expect(assertClient(client)).toBeUndefined()
  })
})

describe('S38: invalid_client by HTTP Basic, with characters that it encodes', () => {
  const refused = async (client: Client, options: object = {}) => {
    const flow = tokenGrant(server, client, { environment, grant: [['grant_type', 'client_credentials']], ...options })
    const { error } = await play(flow, json({ error: 'invalid_client' }, 401))
    return (error as Error).message
  }
  const hint = /rawBasicCredentials.*"client_secret_post"/

  test.each([
    [{ client_id: 'id', client_secret: 'a+b=' }],
    [{ client_id: 'https://app.example', client_secret: 'secret' }],
    [{ client_id: 'id', client_secret: 'a+b', token_endpoint_auth_method: 'client_secret_basic' }],
  ])('%j: the message names the quirk and the other method', async (client) => {
    expect(await refused(client)).toMatch(hint)
    expect(await refused(client)).not.toContain('a+b')
  })

  test.each([
    ['nothing is encoded', { client_id: 'aZ09-._*', client_secret: '*_.-90Za' }],
    ['the quirk is set', { client_id: 'id', client_secret: 'a+b', quirks: { rawBasicCredentials: true } }],
    ['another method is used', { client_id: 'id', client_secret: 'a+b', token_endpoint_auth_method: 'client_secret_post' }],
    ['there is no secret', { client_id: 'https://app.example' }],
  ])('%s: no such hint', async (_name, client: Client) => {
    expect(await refused(client)).not.toMatch(hint)
  })
})
