import { expect } from 'vitest'
import type { Case } from './case.ts'

/** The authorization code grant, from the browser to the token. */
export const loginCases: readonly Case[] = [
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
]
