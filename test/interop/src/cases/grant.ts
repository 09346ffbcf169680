import { createSigner } from '@oauth-test/provider'
import { exportJWK, generateKeyPair } from 'jose'
import { expect } from 'vitest'
import type { Case } from './case.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const PASSWORD_CLIENT = { grant_types: ['authorization_code', 'refresh_token', 'password'] }

/** Grants without a browser. */
export const grantCases: readonly Case[] = [
  {
    title: 'RFC 6749 §4.3 password',
    async run({ server, register }) {
      const session = await register(PASSWORD_CLIENT)
      await session.fetchToken({ username: 'alice', password: server.passwordOf('alice') })
      expect(await session.userinfo()).toMatchObject({ sub: 'alice' })
      await session.refreshToken()
      expect(await session.userinfo()).toMatchObject({ sub: 'alice' })
    },
  },
  {
    title: 'RFC 6749 §5.2 a wrong password',
    async run({ register }) {
      const session = await register(PASSWORD_CLIENT)
      const refused = { name: 'EndpointError', error: 'invalid_grant' }
      await expect(session.fetchToken({ username: 'alice', password: 'another' })).rejects.toMatchObject(refused)
      expect(session.token).toBeUndefined()
    },
  },
  {
    title: 'RFC 6749 §4.4 client credentials, fetched once for all who ask when the API no longer takes the token',
    async run({ server, session }) {
      const client = await server.addClient({})
      const owner = session(client, { scope: undefined })
      const { access_token, ...rest } = await owner.fetchToken({ grantType: 'client_credentials' })
      expect(rest).not.toHaveProperty('refresh_token')
      const before = await server.tokenRequests('client_credentials')
      await owner.http.get(server.apiUrl).json()
      expect(await server.tokenRequests('client_credentials')).toBe(before)
      await session(client).revokeToken({ token: access_token })
      await Promise.all([1, 2, 3].map(() => owner.http.get(server.apiUrl).json()))
      expect(await server.tokenRequests('client_credentials')).toBe(before + 1)
    },
  },
  {
    title: 'RFC 7523 §2.1 JWT bearer, on behalf of alice',
    needs: 'JWT bearer grant',
    async run({ server, session }) {
      const signer = createSigner({ alg: 'ES256' })
      const client = await server.addClient({ grant_types: [JWT_BEARER], jwks: { keys: [signer.jwk] } })
      const exp = Math.floor(Date.now() / 1000) + 60
      const assertion = signer.sign({ iss: client.client_id, sub: 'alice', aud: `${server.issuer}/token`, exp })
      const onBehalf = session(client)
      await onBehalf.fetchToken({ grantType: JWT_BEARER, parameters: { assertion } })
      expect(await onBehalf.userinfo()).toMatchObject({ sub: 'alice' })
    },
  },
  {
    title: 'RFC 7523 §2.1 an assertion session, with a new assertion for each renewal',
    needs: 'JWT bearer grant',
    async run({ server, session, adapter: { AssertionSession } }) {
      const key = await generateKeyPair('ES256', { extractable: true })
      const { client_id } = await server.addClient({ grant_types: [JWT_BEARER], jwks: { keys: [await exportJWK(key.publicKey)] } })
      const { token_endpoint = '' } = await session({ client_id, client_secret: '' }).server()
      const service = new AssertionSession({ tokenEndpoint: token_endpoint, issuer: client_id, subject: 'alice', key: key.privateKey })
      const before = await server.tokenRequests(JWT_BEARER)
      await Promise.all([1, 2, 3].map(() => service.http.get(server.apiUrl).json()))
      expect(await server.tokenRequests(JWT_BEARER)).toBe(before + 1)
      await service.refreshToken()
      await service.http.get(server.apiUrl).json()
      expect(await server.tokenRequests(JWT_BEARER)).toBe(before + 2)
    },
  },
]
