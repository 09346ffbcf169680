/** Compares with the peers, in one process and as ratios: `pnpm bench`. Less than 1 is faster. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createCache, defaultEnvironment, finishAuthorization, run, startAuthorization } from '@oauth/core'
import { OAuth2Session as KySession } from '@oauth/ky'
import { OAuth2Session } from '@oauth/node-got'
import got from 'got'
import ky from 'ky'
import * as openid from 'openid-client'
import { memoryServer } from './memory-server.ts'
import { ratio } from './ratio.ts'

await login()
await resourceCall()

/** A callback: check the answer, redeem the code, verify the ID token, all from memory. */
async function login(): Promise<void> {
  const server = await memoryServer()
  const environment = defaultEnvironment()
  const client = { client_id: server.clientId }
  const never = () => Promise.reject(new Error('no request expected'))
  const { transaction } = await run(
    startAuthorization(server.metadata, client, { environment, redirectUri: server.redirectUri, scope: 'openid' }),
    never,
  )
  const { state, nonce = '', code_verifier = '' } = transaction
  const idToken = await server.idToken(nonce)
  const transport = server.transport(idToken)
  const keyCache = createCache<never>()
  const response = [
    ['code', 'code'],
    ['state', state],
  ] as const

  const peer = (verified: boolean) => {
    const configuration = new openid.Configuration(server.metadata, server.clientId, undefined, openid.None())
    configuration[openid.customFetch] = server.fetch(idToken)
    if (verified) openid.enableNonRepudiationChecks(configuration)
    const url = new URL(`${server.redirectUri}?code=code&state=${state}`)
    return () =>
      openid.authorizationCodeGrant(configuration, url, { pkceCodeVerifier: code_verifier, expectedState: state, expectedNonce: nonce })
  }

  await ratio(
    'callback from memory, ID token verified (ES256)',
    () => run(finishAuthorization(server.metadata, client, { environment, response, transaction, keyCache }), transport),
    { 'openid-client with signature check': peer(true), 'openid-client as it comes (no signature check)': peer(false) },
  )
}

/** A call to an API on loopback with a fresh token. */
async function resourceCall(): Promise<void> {
  const api = createServer((_request, response) => response.setHeader('content-type', 'application/json').end('{"ok":true}'))
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/`
  const options = { issuer: 'https://as.example', clientId: 'client', token: { access_token: 'access', expires_at: 9_999_999_999 } }
  const onGot = new OAuth2Session(options)
  const headers = { authorization: 'Bearer access' }
  await ratio('GET on got with a fresh token', () => onGot.http.get(url).json(), {
    'bare got with the header set by hand': () => got.get(url, { headers }).json(),
  })
  const onKy = new KySession(options)
  const byHook = ky.extend({ hooks: { beforeRequest: [({ request }) => request.headers.set('authorization', headers.authorization)] } })
  await ratio('GET on ky with a fresh token', () => onKy.http.get(url).json(), {
    'bare ky with the header set by a hook': () => byHook.get(url).json(),
  })
  api.closeAllConnections()
  await new Promise((resolve) => api.close(resolve))
}
