import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { answer, json, play } from '../../test/answers.js'
import { testEnvironment } from '../../test/environment.js'
import { ISSUER, client as parties, server } from '../../test/parties.js'
import { TransportError } from '../error/transport-error.js'
import { createCache } from '../flow/cache.js'
import { refreshToken } from '../flow/refresh-token.js'
import { revoke } from '../flow/revoke.js'
import { tokenGrant } from '../flow/token.js'
import type { HttpRequest } from '../http/http-request.js'
import type { Client, ClientAuthenticationContext } from './client.js'

const environment = testEnvironment()
const token = { access_token: 'A', token_type: 'Bearer' }

/** The recipe of Authlib's guide: credentials and the whole body move into the URL. */
function clientSecretUri(request: HttpRequest, { client }: ClientAuthenticationContext): HttpRequest {
  const credentials = new URLSearchParams({ client_id: client.client_id, client_secret: client.client_secret ?? '' })
  return { ...request, url: `${request.url}?${credentials}&${request.body}`, body: '' }
}

const registeredMethods = new Map([['client_secret_uri', clientSecretUri]])
const client: Client = { client_id: 'id', client_secret: parties.client_secret }
const ways: readonly (readonly [string, Client])[] = [
  ['registered by name', { ...client, token_endpoint_auth_method: 'client_secret_uri' }],
  ['given directly', { ...client, token_endpoint_auth_method: clientSecretUri }],
]

test.each(ways)('S44: client_secret_uri, %s: token, refresh, revocation', async (_name, own) => {
  const grant = [['grant_type', 'client_credentials']] as const
  const options = { environment, registeredMethods }
  const played = [
    await play(tokenGrant(server, own, { ...options, grant }), json(token)),
    await play(refreshToken(server, own, { ...options, token: { ...token, refresh_token: 'R' }, keyCache: createCache() }), json(token)),
    await play(revoke(server, own, { ...options, token: 'R' }), answer(200)),
  ]
  const credentials = `client_id=id&client_secret=${client.client_secret}`
  expect(played.flatMap(({ requests }) => requests.map(({ method, url, body }) => [method, url, body]))).toEqual([
    ['POST', `${ISSUER}/token?${credentials}&grant_type=client_credentials`, ''],
    ['POST', `${ISSUER}/token?${credentials}&grant_type=refresh_token&refresh_token=R`, ''],
    ['POST', `${ISSUER}/revoke?${credentials}&token=R`, ''],
  ])
  expect(played.every(({ error }) => error === undefined)).toBe(true)
})

test('S44: a secret in the URL is in no error', async () => {
  const flow = () =>
    tokenGrant(server, { ...client, token_endpoint_auth_method: clientSecretUri }, { environment, grant: [['grant_type', 'x']] })
  const { value: request } = await flow().next()
  const errors = [
    (await play(flow(), new TransportError(request as HttpRequest, { reason: 'timeout', sent: 'maybe' }))).error,
    (await play(flow(), json({ error: 'invalid_client', error_description: `no ${client.client_secret}` }, 401))).error,
    (await play(flow(), answer(302, '', { location: 'https://evil.example' }))).error,
  ]
  for (const error of errors) expect(inspect(error, { depth: null }) + JSON.stringify(error)).not.toContain(client.client_secret)
})
