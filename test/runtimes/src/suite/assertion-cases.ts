import {
  type Client,
  type ClientAuthentication,
  clientSecretJwt,
  defaultEnvironment,
  discover,
  type Jwk,
  type NodeKey,
  privateKeyJwt,
  run,
  tokenGrant,
} from '@oauth/core'
import { fetchTransport } from '@oauth/core/fetch'
import { assert } from './assert.ts'
import type { Case, Context, KeyAlgorithm, Signer } from './case.ts'

/** How WebCrypto names what the algorithms of JOSE are. */
const WEB_CRYPTO: Readonly<Record<KeyAlgorithm, RsaHashedImportParams | EcKeyImportParams | Algorithm>> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
}

export const ASSERTION_CASES: readonly Case[] = [
  ...(Object.keys(WEB_CRYPTO) as KeyAlgorithm[]).flatMap((alg): readonly Case[] => [
    {
      title: `OpenID Connect Core §9: private_key_jwt by ${alg}, with a key as PEM`,
      run: (context) => isTaken(context, alg, ({ pem }) => privateKeyJwt({ key: pem })),
    },
    {
      title: `OpenID Connect Core §9: private_key_jwt by ${alg}, with a key as JWK`,
      run: (context) => isTaken(context, alg, ({ jwk }) => privateKeyJwt({ key: jwk })),
    },
    {
      title: `OpenID Connect Core §9: private_key_jwt by ${alg}, with a CryptoKey`,
      run: (context) => isTaken(context, alg, async ({ jwk }) => privateKeyJwt({ key: await imported(jwk, alg) })),
    },
    {
      title: `OpenID Connect Core §9: private_key_jwt by ${alg}, with a KeyObject where the platform has them`,
      async run(context) {
        const { createPrivateKey } = nodeCrypto() ?? {}
        if (createPrivateKey !== undefined) await isTaken(context, alg, ({ pem }) => privateKeyJwt({ key: createPrivateKey(pem) }))
      },
    },
  ]),
  {
    title: 'OpenID Connect Core §9: client_secret_jwt',
    async run(context) {
      await isAuthenticated(context, { ...context.secretSigner, token_endpoint_auth_method: clientSecretJwt() })
    },
  },
]

async function isTaken(
  context: Context,
  alg: KeyAlgorithm,
  method: (signer: Signer) => ClientAuthentication | Promise<ClientAuthentication>,
): Promise<void> {
  const signer = context.signers[alg]
  await isAuthenticated(context, { client_id: signer.clientId, token_endpoint_auth_method: await method(signer) })
}

async function isAuthenticated({ issuer }: Context, client: Client): Promise<void> {
  const environment = defaultEnvironment()
  const server = await run(discover(issuer, { environment }), fetchTransport())
  const grant = [['grant_type', 'client_credentials']] as const
  const token = await run(tokenGrant(server, client, { environment, grant }), fetchTransport())
  assert(token.access_token.length > 0, 'there is no access token')
}

function imported(jwk: Jwk, alg: KeyAlgorithm): Promise<CryptoKey> {
  return crypto.subtle.importKey('jwk', jwk as JsonWebKey, WEB_CRYPTO[alg], false, ['sign'])
}

function nodeCrypto(): { createPrivateKey(pem: string): NodeKey } | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
  return process?.getBuiltinModule?.('node:crypto') as ReturnType<typeof nodeCrypto>
}
