import { clientSecretJwt, privateKeyJwt } from '@oauth/core'
import { exportJWK, generateKeyPair } from 'jose'
import { expect } from 'vitest'
import type { Case } from './case.ts'

/** How a client proves who it is. */
export const clientAuthenticationCases: readonly Case[] = [
  ...['client_secret_basic', 'client_secret_post'].flatMap((method): Case[] => [
    {
      title: `RFC 6749 §2.3.1 ${method} for token, refresh and revocation`,
      async run({ register, login }) {
        const session = await register({ token_endpoint_auth_method: method }, { tokenEndpointAuthMethod: method })
        await login(session)
        await session.refreshToken()
        await session.revokeToken()
      },
    },
    {
      title: `RFC 6749 §5.2 ${method} with another secret`,
      async run({ server, session }) {
        const client = await server.addClient({ token_endpoint_auth_method: method })
        const stranger = session({ ...client, client_secret: 'another' }, { tokenEndpointAuthMethod: method, scope: undefined })
        const refused = { name: 'EndpointError', error: 'invalid_client' }
        await expect(stranger.fetchToken({ grantType: 'client_credentials' })).rejects.toMatchObject(refused)
      },
    },
  ]),
  {
    title: 'RFC 6749 §2.3.1 none for token, refresh and revocation',
    async run({ register, login }) {
      const session = await register({ token_endpoint_auth_method: 'none' }, { tokenEndpointAuthMethod: 'none' })
      await login(session)
      await session.refreshToken()
      await session.revokeToken()
    },
  },
  {
    title: 'RFC 6749 §2.3.1 client_secret_basic with characters that it encodes',
    needs: 'decodes Basic credentials',
    async run({ register }) {
      const session = await register({ client_secret: 'a secret: 100% of it, +/=&' }, { scope: undefined })
      await session.fetchToken({ grantType: 'client_credentials' })
    },
  },
  {
    title: 'RFC 6749 §2.3.1 client_secret_basic as it is, for a server that does not decode',
    needs: 'takes Basic credentials as they are',
    async run({ server, session }) {
      const client = await server.addClient({ client_secret: 'a secret: 100% of it, +/=&' })
      const grant = { grantType: 'client_credentials' } as const
      await expect(session(client).fetchToken(grant)).rejects.toMatchObject({
        error: 'invalid_client',
        message: expect.stringContaining('rawBasicCredentials'),
      })
      await session(client, { quirks: { rawBasicCredentials: true } }).fetchToken(grant)
    },
  },
  {
    title: 'RFC 7523 §2.2 client_secret_jwt for token, refresh and revocation',
    async run({ register, login }) {
      const session = await register({ token_endpoint_auth_method: 'client_secret_jwt' }, { tokenEndpointAuthMethod: clientSecretJwt() })
      await login(session)
      await session.refreshToken()
      await session.revokeToken()
    },
  },
  ...['RS256', 'PS256', 'ES256', 'EdDSA'].map(
    (alg): Case => ({
      title: `RFC 7523 §2.2 private_key_jwt, ${alg}, for token, refresh and revocation`,
      ...(alg === 'PS256' || alg === 'EdDSA' ? { needs: 'assertions signed with PS256, EdDSA' } : {}),
      async run({ register, login }) {
        const { metadata, key } = await privateKeyClient(alg)
        const session = await register(metadata, { tokenEndpointAuthMethod: privateKeyJwt({ key, alg }) })
        await login(session)
        await session.refreshToken()
        await session.revokeToken()
      },
    }),
  ),
  {
    title: 'RFC 7523 §3 private_key_jwt whose audience is the token endpoint',
    async run({ register }) {
      const { metadata, key } = await privateKeyClient('ES256')
      const method = privateKeyJwt({ key, alg: 'ES256', audience: 'token_endpoint' })
      const session = await register(metadata, { tokenEndpointAuthMethod: method, scope: undefined })
      await session.fetchToken({ grantType: 'client_credentials' })
    },
  },
  {
    title: 'RFC 7523 §3.2 private_key_jwt with another key',
    async run({ register }) {
      const { metadata } = await privateKeyClient('ES256')
      const { key } = await privateKeyClient('ES256')
      const session = await register(metadata, { tokenEndpointAuthMethod: privateKeyJwt({ key, alg: 'ES256' }), scope: undefined })
      const refused = { name: 'EndpointError', error: 'invalid_client' }
      await expect(session.fetchToken({ grantType: 'client_credentials' })).rejects.toMatchObject(refused)
    },
  },
]

/** Metadata of a client that signs with a key of its own, and that key. */
async function privateKeyClient(alg: string) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const metadata = {
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    jwks: { keys: [{ ...(await exportJWK(publicKey)), alg, use: 'sig' }] },
  }
  return { metadata, key: privateKey }
}
