import { createCache, defaultEnvironment, finishAuthorization, run, startAuthorization } from '@oauth/core'
import * as openid from 'openid-client'
import type { Comparison } from './compare.ts'
import { memoryServer } from './memory-server.ts'

/** A callback: check the answer, redeem the code, verify the ID token, all from memory. */
export async function* callback(): AsyncGenerator<Comparison, void> {
  const server = await memoryServer()
  const environment = defaultEnvironment()
  const client = { client_id: server.clientId }
  const never = () => Promise.reject(new Error('no request expected'))
  const { transaction } = await run(
    startAuthorization(server.metadata, client, { environment, redirectUri: server.redirectUri, scope: 'openid' }),
    never,
  )
  const { state, nonce = '', code_verifier = '' } = transaction
  const idToken = await server.idToken({ nonce })
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

  yield {
    job: 'a callback from memory, ID token verified (ES256)',
    ours: () => run(finishAuthorization(server.metadata, client, { environment, response, transaction, keyCache }), transport),
    peers: {
      'openid-client with signature check': { run: peer(true) },
      'openid-client as it comes (no signature check)': { run: peer(false) },
    },
    plan: { rounds: 15, operations: 300 },
  }
}
