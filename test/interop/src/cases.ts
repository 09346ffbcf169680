import { createSigner } from '@oauth-test/provider'
import { expect } from 'vitest'
import type { Feature } from './interop-server.ts'
import type { World } from './world.ts'

/** One thing that a client does with a server, whichever adapter and whichever server it is. */
export interface Case {
  /** The clause, then what is done. */
  readonly title: string
  /** What the server has to have beyond what both have. */
  readonly needs?: Feature
  run(world: World): Promise<void>
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const PASSWORD_CLIENT = { grant_types: ['authorization_code', 'refresh_token', 'password'] }

/** The suite. */
export const cases: readonly Case[] = [
  {
    title: 'RFC 7636 §4 authorization code with PKCE, a confidential client',
    async run({ server, register, login }) {
      const session = await register()
      const token = await login(session)
      expect(session.claims).toMatchObject({ iss: server.issuer, sub: 'alice' })
      expect(token).toMatchObject({ token_type: expect.stringMatching(/^bearer$/i), refresh_token: expect.any(String) })
      expect(await session.http.get(server.apiUrl).json()).toBeTypeOf('object')
    },
  },
  {
    title: 'RFC 7636 §4 authorization code with PKCE, a public client',
    async run({ server, register, login }) {
      const session = await register({ token_endpoint_auth_method: 'none' })
      await login(session)
      expect(session.claims?.sub).toBe('alice')
      expect(await session.http.get(server.apiUrl).json()).toBeTypeOf('object')
    },
  },
  {
    title: 'RFC 6749 §4.1 authorization code without PKCE',
    needs: 'login without PKCE',
    async run({ register, login }) {
      const session = await register({}, { codeChallengeMethod: false })
      await login(session)
      expect(session.claims?.sub).toBe('alice')
    },
  },
  {
    title: 'RFC 6749 §4.1 authorization code without OpenID Connect',
    async run({ server, register, login }) {
      const session = await register({}, { scope: 'email' })
      expect(await login(session)).not.toHaveProperty('id_token')
      expect(await session.http.get(server.apiUrl).json()).toBeTypeOf('object')
    },
  },
  {
    title: 'RFC 6749 §4.1.2.1 the person says no',
    async run({ server, register }) {
      const session = await register()
      const { url, transaction } = await session.createAuthorizationUrl()
      const authorizationResponse = await server.authorize(url, { consent: false })
      const denied = { name: 'AuthorizationResponseError', error: 'access_denied' }
      await expect(session.fetchToken({ authorizationResponse, transaction })).rejects.toMatchObject(denied)
    },
  },
  {
    title: 'RFC 6749 §4.1.2 a code is good for one token',
    async run({ server, register }) {
      const session = await register()
      const { url, transaction } = await session.createAuthorizationUrl()
      const authorizationResponse = await server.authorize(url)
      await session.fetchToken({ authorizationResponse, transaction })
      const refused = { name: 'EndpointError', error: 'invalid_grant' }
      await expect(session.fetchToken({ authorizationResponse, transaction })).rejects.toMatchObject(refused)
    },
  },
  ...['PS256', 'ES256', 'EdDSA'].map(
    (alg): Case => ({
      title: `OpenID Connect Core §3.1.3.7 an ID token signed with ${alg}`,
      needs: 'ID tokens signed with PS256, ES256, EdDSA',
      async run({ register, login }) {
        const session = await register({ id_token_signed_response_alg: alg }, { idTokenSignedResponseAlg: alg })
        await login(session)
        expect(session.claims?.sub).toBe('alice')
      },
    }),
  ),
  {
    title: 'OpenID Connect Core §5.3 userinfo',
    async run({ register, login }) {
      const session = await register()
      await login(session)
      expect(await session.userinfo()).toMatchObject({ sub: 'alice', name: 'Alice Example', email: 'alice@example.com' })
    },
  },
  {
    title: 'OpenID Connect Core §5.4 userinfo says what the scope asks for',
    async run({ register, login }) {
      const session = await register({}, { scope: 'openid email' })
      await login(session)
      expect(await session.userinfo()).toEqual({ sub: 'alice', email: 'alice@example.com', email_verified: true })
    },
  },
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
    title: 'RFC 6749 §6 refresh with rotation, once for all who ask',
    async run({ server, register, login }) {
      const session = await register()
      const first = await login(session)
      const before = await server.tokenRequests('refresh_token')
      await session.setToken({ ...first, expires_at: 1 })
      await Promise.all(Array.from({ length: 10 }, () => session.http.get(server.apiUrl).json()))
      expect(await server.tokenRequests('refresh_token')).toBe(before + 1)
      expect(session.token?.access_token).not.toBe(first.access_token)
      expect(session.token?.refresh_token).not.toBe(first.refresh_token)
    },
  },
  {
    title: 'RFC 9700 §4.14.2 a spent refresh token is refused, and ends those that came after it',
    async run({ server, session, login }) {
      const client = await server.addClient({})
      const owner = session(client)
      const first = await login(owner)
      await owner.refreshToken()
      const ended = { name: 'RefreshError', reason: 'invalid_grant' }
      await expect(session(client, { token: first }).refreshToken()).rejects.toMatchObject(ended)
      await expect(owner.refreshToken()).rejects.toMatchObject(ended)
    },
  },
  {
    title: 'RFC 7009 §2 revoking a refresh token ends its access token too',
    async run({ server, session, login }) {
      const client = await server.addClient({})
      const owner = session(client)
      const token = await login(owner)
      await owner.revokeToken()
      expect(owner.token).toBeUndefined()
      const copy = session(client, { token })
      await expect(copy.userinfo()).rejects.toMatchObject({ name: 'RefreshError', reason: 'invalid_grant' })
    },
  },
  {
    title: 'RFC 7009 §2.1 revoking an access token leaves the refresh token',
    needs: 'refresh tokens outlive revoked access tokens',
    async run({ server, register, login }) {
      const session = await register()
      const first = await login(session)
      await session.revokeToken({ tokenTypeHint: 'access_token' })
      await session.http.get(server.apiUrl).json()
      expect(session.token?.access_token).not.toBe(first.access_token)
    },
  },
  {
    title: 'RFC 7009 §2.2 revoking a token that the server does not know is no error',
    async run({ register }) {
      const session = await register()
      await expect(session.revokeToken({ token: 'no-such-token', tokenTypeHint: 'refresh_token' })).resolves.toBeUndefined()
    },
  },
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
]
