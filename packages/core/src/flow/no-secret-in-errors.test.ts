import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { answer, json, play, thrown } from '../../test/answers.js'
import { NOW, testEnvironment } from '../../test/environment.js'
import { CLAIMS, cacheWith, server } from '../../test/parties.js'
import { createSigner } from '../../test/signer.js'
import { assertClient, type Client } from '../client-authentication/client.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import { PersistError } from '../error/persist-error.js'
import { type Form, toForm } from '../http/form.js'
import type { HttpResponse } from '../http/http-response.js'
import { networkError } from '../http/network-error.js'
import { createSealer } from '../jose/sealer.js'
import { authorizationRequest } from '../message/authorization-request.js'
import { tokenRequest } from '../message/token-request.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { finishAuthorization } from './authorization-code.js'
import type { Flow } from './flow.js'
import { refreshToken } from './refresh-token.js'
import { revoke } from './revoke.js'
import { tokenGrant } from './token.js'
import { userinfo } from './userinfo.js'

/** One text per secret that occurs nowhere else; `+` and `/` so that encoded spellings differ. */
const CANARY = {
  code: 'canary-code+/=1',
  code_verifier: `canary-verifier-${'v'.repeat(40)}`,
  state: 'canary-state',
  nonce: 'canary-nonce',
  access_token: 'canary-access-token',
  refresh_token: 'canary-refresh+/=token',
  client_secret: 'canary-secret+/=&1',
} as const

const environment = testEnvironment()
const signer = createSigner('RS256')
const ID_TOKEN = signer.sign({ ...CLAIMS, nonce: CANARY.nonce })
const keyCache = cacheWith([signer.jwk])

const CLIENTS: readonly Client[] = [
  { client_id: 'client', client_secret: CANARY.client_secret },
  { client_id: 'client', client_secret: CANARY.client_secret, quirks: { rawBasicCredentials: true } },
  { client_id: 'client', client_secret: CANARY.client_secret, token_endpoint_auth_method: 'client_secret_post' },
]

const transaction: AuthorizationTransaction = {
  v: 1,
  type: 'authorization',
  id: CANARY.state.slice(0, 8),
  issuer: server.issuer,
  token_endpoint: server.token_endpoint ?? '',
  client_id: 'client',
  response_type: 'code',
  scope: 'openid',
  state: CANARY.state,
  nonce: CANARY.nonce,
  code_verifier: CANARY.code_verifier,
  createdAt: NOW,
}

/** Everything an error shows when it is logged, its causes included. */
function shown(error: unknown): string {
  const chain: unknown[] = []
  for (let link = error; link instanceof Error; link = link.cause) chain.push(link.name, link.message, link.stack, JSON.stringify(link))
  return [...chain, inspect(error, { depth: null, showHidden: false }), JSON.stringify(error), String(error)].join('\n')
}

function expectNoCanary(error: unknown): void {
  expect(isOAuthError(error)).toBe(true)
  const text = shown(error)
  const encoded = Object.values(CANARY).flatMap((canary) => [canary, encodeURIComponent(canary), btoa(`client:${canary}`), btoa(canary)])
  for (const canary of [...encoded, ID_TOKEN, ID_TOKEN.split('.')[1] ?? '']) expect(text).not.toContain(canary)
  expect(text).not.toMatch(/canary/i)
}

/** A server that repeats whatever it was sent. */
const EVERYTHING = [...Object.values(CANARY), ID_TOKEN].join(' ')
const echo = (request: { readonly body?: string; readonly headers: Readonly<Record<string, string>> }) =>
  `${request.body ?? ''} ${decodeURIComponent((request.body ?? '').replaceAll('+', ' '))} ${Object.values(request.headers).join(' ')}`

const finish = (
  client: Client,
  response: Form = [
    ['code', CANARY.code],
    ['state', CANARY.state],
  ],
  metadata: object = {},
) => finishAuthorization({ ...server, ...metadata }, client, { environment, keyCache, transaction, response })

const refresh = (client: Client) => {
  const token = { access_token: CANARY.access_token, token_type: 'Bearer', refresh_token: CANARY.refresh_token, id_token: ID_TOKEN }
  return refreshToken(server, client, { environment, keyCache, token })
}

const FLOWS: readonly (readonly [string, (client: Client) => Flow<unknown>])[] = [
  ['a code', (client) => finish(client)],
  ['a refresh', refresh],
  ['a revocation', (client) => revoke(server, client, { environment, token: CANARY.refresh_token })],
  ['userinfo', (client) => userinfo(server, client, { accessToken: CANARY.access_token, subject: 'alice' })],
]

describe.each(FLOWS)('LG01, LG05, B37: %s', (_name, start) => {
  test.each(CLIENTS.map((client, n) => [n, client] as const))(
    'refused by a server that echoes the request, with client %d',
    async (_n, client) => {
      for (const respond of [
        (text: string) => json({ error: 'invalid_request', error_description: text, error_uri: text }, 400),
        (text: string) => json({ error: text }, 400),
        (text: string) => json({ error: { message: text } }, 400),
        (text: string) =>
          answer(401, '', { 'www-authenticate': `Bearer error="invalid_token", error_description="${text.replace(/["\\]/g, '\\$&')}"` }),
        (text: string) => answer(502, text, { 'content-type': 'text/html' }),
        (text: string) => answer(302, text, { location: `https://evil.example/?${text}` }),
      ]) {
        const flow = start(client)
        const { value: request } = await flow.next()
        if (request === undefined || typeof request !== 'object') throw new Error('no request')
        expectNoCanary(await thrown(() => flow.next(respond(echo(request as never)))))
      }
    },
  )

  test.each([
    ['reset', 'ECONNRESET'],
    ['an unknown host', 'ENOTFOUND'],
    ['a text of the HTTP client', `failed: ${EVERYTHING}`],
  ])('LG02: no answer: %s', async (_reason, code) => {
    for (const client of CLIENTS) expectNoCanary((await play(start(client), networkError('token', code))).error)
  })
})

const good = { access_token: CANARY.access_token, token_type: 'Bearer', refresh_token: CANARY.refresh_token }

const ANSWERS: readonly (readonly [string, HttpResponse])[] = [
  ['another status', json(good, 201)],
  ['HTML', answer(200, `<html>${EVERYTHING}`, { 'content-type': 'text/html' })],
  ['broken JSON', json(JSON.stringify(good).slice(0, -3))],
  ['trailing text', json(`${JSON.stringify(good)}${EVERYTHING}`)],
  ['a list', json([good])],
  ['duplicate keys', json(`{"access_token":"${CANARY.access_token}","access_token":"x"}`)],
  ['a member of that name twice', json(`{"${CANARY.access_token}":1,"${CANARY.access_token}":2}`)],
  ['a token that cannot be sent', json({ ...good, access_token: `${CANARY.access_token}\r\n` })],
  ['a refresh token that cannot be sent', json({ ...good, refresh_token: `${CANARY.refresh_token} ` })],
  ['an unknown token type', json({ ...good, token_type: CANARY.access_token })],
  ['a lifetime that is none', json({ ...good, expires_in: CANARY.access_token })],
  ['an error with status 200', json({ ...good, error: EVERYTHING })],
  ['no ID token', json(good)],
  ['an ID token that is none', json({ ...good, id_token: `${CANARY.access_token}.x` })],
  ['an encrypted ID token', json({ ...good, id_token: `${btoa('{"enc":"A256GCM"}').replace('=', '')}.canary.canary.canary.canary` })],
  ['an ID token of another algorithm', json({ ...good, id_token: signer.sign(CLAIMS, { alg: `canary ${CANARY.access_token}` }) })],
  [
    'an ID token for others',
    json({ ...good, id_token: signer.sign({ ...CLAIMS, aud: ['client', CANARY.access_token, `x ${CANARY.nonce}`] }) }),
  ],
  ['a forged ID token', json({ ...good, id_token: `${ID_TOKEN.replace(/[^.]+$/, '')}AAAA` })],
  ...(['iss', 'sub', 'aud', 'azp', 'nonce', 'nbf', 'exp', 'iat', 'auth_time', 'at_hash'] as const).map((claim) => {
    const wrong = claim === 'sub' ? CANARY.access_token.repeat(20) : CANARY.access_token
    return [`a wrong ${claim}`, json({ ...good, id_token: signer.sign({ ...CLAIMS, nonce: CANARY.nonce, [claim]: wrong }) })] as const
  }),
]

/** Secrets as people choose them: no other text of a message holds one of these. */
const SHORT = { client_secret: 'Qx7', password: 'Zw', code: 'Kj', refresh_token: 'Vz' } as const

test('LG01, LG05: short secrets, echoed', async () => {
  for (const token_endpoint_auth_method of ['client_secret_basic', 'client_secret_post']) {
    const client: Client = { client_id: 'client', client_secret: SHORT.client_secret, token_endpoint_auth_method }
    const flow = tokenGrant(server, client, { environment, grant: toForm({ grant_type: 'password', ...SHORT, client_secret: undefined }) })
    const { value: request } = await flow.next()
    const text = `${echo(request as never)} ${Object.values(SHORT).join(' ')}`
    const error = await thrown(() => flow.next(json({ error: 'invalid_grant', error_description: text, error_uri: text }, 400)))
    expect(error).toMatchObject({ error: 'invalid_grant' })
    for (const secret of [...Object.values(SHORT), btoa(`client:${SHORT.client_secret}`)]) {
      expect([(error as Error).message, JSON.stringify(error)].join()).not.toContain(secret)
    }
  }
})

test.each(ANSWERS)('LG01: a token answer with %s', async (_name, response) => {
  for (const client of CLIENTS) expectNoCanary((await play(finish(client), response)).error)
})

test.each([
  [
    'AR03',
    [
      ['code', CANARY.code],
      ['state', `${CANARY.state}x`],
    ],
  ],
  ['AR04', [['code', CANARY.code]]],
  [
    'AR09',
    [
      ['code', CANARY.code],
      ['state', CANARY.state],
      ['iss', CANARY.code],
    ],
  ],
  [
    'AR14',
    [
      ['code', CANARY.code],
      ['code', CANARY.code],
      ['state', CANARY.state],
    ],
  ],
  [
    'AR15',
    [
      ['code', CANARY.code],
      ['state', CANARY.state],
      ['error', 'access_denied'],
    ],
  ],
  ['AR16', [['state', CANARY.state]]],
  [
    'AR17',
    [
      ['code', CANARY.code],
      ['state', CANARY.state],
      ['id_token', ID_TOKEN],
      ['access_token', CANARY.access_token],
    ],
  ],
] as const)('LG01: an authorization response refused by %s', async (_name, response) => {
  const { requests, error } = await play(finish(CLIENTS[0] as Client, response))
  expect(requests).toEqual([])
  expectNoCanary(error)
})

test('LG05: an authorization error that repeats state, nonce and code', async () => {
  for (const echoed of [EVERYTHING, encodeURIComponent(EVERYTHING)]) {
    const texts: Form = ['error', 'error_description', 'error_uri'].map((name) => [
      name,
      echoed.replaceAll(/canary-(?!state|nonce|code\+)/g, ''),
    ])
    const response: Form = [['state', CANARY.state], ['code', CANARY.code], ...texts]
    expectNoCanary((await play(finish(CLIENTS[0] as Client, response))).error)
  }
})

test('LG01: logins that end elsewhere: expired, another provider, another endpoint, no transaction', async () => {
  const [client] = CLIENTS as [Client]
  const response: Form = [
    ['code', CANARY.code],
    ['state', CANARY.state],
  ]
  const late = { ...environment, now: () => NOW + 9999 }
  expectNoCanary((await play(finishAuthorization(server, client, { environment: late, keyCache, transaction, response }))).error)
  expectNoCanary((await play(finish({ ...client, client_id: 'other' }))).error)
  expectNoCanary((await play(finish(client, response, { token_endpoint: 'https://evil.example' }))).error)
  const broken = { ...transaction, state: '' }
  expectNoCanary((await play(finishAuthorization(server, client, { environment, keyCache, transaction: broken, response }))).error)
})

test('LG03: usage errors do not repeat the configuration', async () => {
  const [client] = CLIENTS as [Client]
  const secret = CANARY.client_secret
  const actions: readonly (() => unknown)[] = [
    () => assertClient({ ...client, token_endpoint_auth_method: 'none' }),
    () => assertClient({ client_id: '', client_secret: secret }),
    () => authorizationRequest(server, client, { environment, parameters: { client_secret: secret } }),
    () => authorizationRequest(server, client, { environment, codeVerifier: CANARY.code_verifier, codeChallengeMethod: false }),
    () => authorizationRequest(server, client, { environment, codeVerifier: `${CANARY.code_verifier}!` }),
    () => authorizationRequest(server, client, { environment, parameters: { max_age: secret } }),
    () => tokenRequest(server, client, [], { environment, parameters: { client_secret: secret } }),
    () => tokenRequest(server, client, [], { environment, endpoint: `http://client:${secret}@as.example/` }),
    () => tokenRequest(server, client, [], { environment, clientAuthentication: 'unknown' }),
    () => createSealer(environment, [secret], 'login'),
  ]
  for (const action of actions) expectNoCanary(await thrown(action))
})

test('LG01: tokens that could not be stored are handed out, not shown', () => {
  const error = new PersistError(good, { cause: new Error('disk full') })
  expect(error.token).toBe(good)
  expectNoCanary(error)
})
