import { createCache, defaultEnvironment, randomToken, run, verifyIdToken } from '@oauth/core'
import { createLocalJWKSet, importJWK, jwtVerify } from 'jose'
import type { Comparison } from './compare.ts'
import { type MemoryServer, memoryServer } from './memory-server.ts'

/** An ID token: signature and every claim, with keys that are known already. */
export async function* idToken(): AsyncGenerator<Comparison, void> {
  for (const alg of ['ES256', 'RS256']) yield comparison(await memoryServer(alg), alg)
}

async function comparison(server: MemoryServer, alg: string): Promise<Comparison> {
  const nonce = randomToken()
  const accessToken = randomToken(48)
  const token = await server.idToken({ nonce })
  const environment = defaultEnvironment()
  const client = { client_id: server.clientId }
  const options = { environment, nonce, accessToken, keyCache: createCache<never>() }
  const transport = server.transport(token)
  const expected = { issuer: server.metadata.issuer, audience: server.clientId, algorithms: [alg] }
  const key = await importJWK(server.jwk)
  const set = createLocalJWKSet({ keys: [server.jwk] })
  return {
    job: `an ID token signed with ${alg}`,
    ours: () => run(verifyIdToken(token, server.metadata, client, options), transport),
    peers: {
      'jose.jwtVerify with the imported key': { run: () => jwtVerify(token, key, expected), atMost: 1.15 },
      'jose.jwtVerify with a key set': { run: () => jwtVerify(token, set, expected) },
    },
    plan: { rounds: 31, operations: 300 },
  }
}
