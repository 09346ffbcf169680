import { generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'oidc-provider'

/** ID token algorithms the provider can be given a key for. */
export type ProviderAlg = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

export const providerAlgs: readonly ProviderAlg[] = ['RS256', 'PS256', 'ES256', 'EdDSA']

const generate = promisify(generateKeyPair)

async function privateKey(alg: ProviderAlg) {
  if (alg === 'ES256') return (await generate('ec', { namedCurve: 'P-256' })).privateKey
  if (alg === 'EdDSA') return (await generate('ed25519')).privateKey
  return (await generate('rsa', { modulusLength: 2048 })).privateKey
}

/**
 * One private key for each algorithm, marked with `alg`: a client that picks a key by kid, kty and alg finds exactly
 * one. The kid is random, so a new set never has a kid of an old set.
 */
export async function generateSigningKeys(algs: readonly ProviderAlg[]): Promise<JWK[]> {
  return Promise.all(
    algs.map(async (alg) => ({
      ...((await privateKey(alg)).export({ format: 'jwk' }) as JWK),
      kid: `${alg.toLowerCase()}-${randomBytes(6).toString('hex')}`,
      use: 'sig',
      alg,
    })),
  )
}
