import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { TestProvider } from '@oauth-test/provider'
import type { Algorithm, KeyAlgorithm, Settings } from './suite/case.ts'

const ID_TOKENS: readonly Algorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA']

const PAIRS: Readonly<Record<KeyAlgorithm, () => { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>> = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
}

/** Registers one client for each algorithm of ID tokens, and one for each kind of key that clients sign with. */
export async function register(provider: TestProvider, baseUrl: string): Promise<Pick<Settings, 'clients' | 'signers' | 'secretSigner'>> {
  const redirect_uris = ['callback', 'auth/demo/callback'].map((path) => `${baseUrl}/${path}`)
  const clients = ID_TOKENS.map(async (alg) => {
    const { client_id, client_secret } = await provider.addClient({ id_token_signed_response_alg: alg, redirect_uris })
    return [alg, { client_id, client_secret }] as const
  })
  const signers = (Object.keys(PAIRS) as KeyAlgorithm[]).map(async (alg) => {
    const { publicKey, privateKey } = PAIRS[alg]()
    const { client_id } = await provider.addClient({
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kty: KTY[alg], alg, use: 'sig' }] },
    })
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    return [alg, { clientId: client_id, pem, jwk: { ...privateKey.export({ format: 'jwk' }), kty: KTY[alg] } }] as const
  })
  const secretSigner = await provider.addClient({
    token_endpoint_auth_method: 'client_secret_jwt',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  })
  return {
    secretSigner: { client_id: secretSigner.client_id, client_secret: secretSigner.client_secret },
    clients: Object.fromEntries(await Promise.all(clients)) as Settings['clients'],
    signers: Object.fromEntries(await Promise.all(signers)) as Settings['signers'],
  }
}

/** Key types (RFC 7518 §6.1, RFC 8037 §2). */
const KTY: Readonly<Record<KeyAlgorithm, string>> = { RS256: 'RSA', ES256: 'EC', EdDSA: 'OKP' }
