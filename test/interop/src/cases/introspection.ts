import { expect } from 'vitest'
import type { Case } from './case.ts'

/** What the server says about a token. */
export const introspectionCases: readonly Case[] = [
  {
    title: 'RFC 7662 §2.2 introspecting the access token and the refresh token of the session',
    async run({ server, register, login }) {
      const session = await register()
      const { refresh_token } = await login(session)
      const about = { active: true, sub: 'alice', client_id: expect.any(String), iss: server.issuer }
      expect(await session.introspectToken({ tokenTypeHint: 'access_token' })).toMatchObject({
        ...about,
        token_type: 'Bearer',
        exp: expect.any(Number),
      })
      expect(await session.introspectToken({ token: refresh_token, tokenTypeHint: 'refresh_token' })).toMatchObject(about)
    },
  },
  {
    title: 'RFC 7662 §2.2 a token that was revoked, and one that never was, are not active',
    async run({ server, session, login }) {
      const client = await server.addClient({})
      const owner = session(client)
      const { access_token } = await login(owner)
      await owner.revokeToken()
      expect(await owner.introspectToken({ token: access_token })).toMatchObject({ active: false })
      expect(await owner.introspectToken({ token: 'no-such-token' })).toMatchObject({ active: false })
    },
  },
  {
    title: 'RFC 7662 §2.1 a wrong secret',
    async run({ server, session }) {
      const client = await server.addClient({})
      const stranger = session({ ...client, client_secret: 'another' })
      const refused = { name: 'EndpointError', error: 'invalid_client' }
      await expect(stranger.introspectToken({ token: 'no-such-token' })).rejects.toMatchObject(refused)
    },
  },
  {
    title: 'RFC 9701 §5 a signed answer',
    needs: 'signed userinfo and introspection',
    async run({ register, login }) {
      const session = await register({ introspection_signed_response_alg: 'ES256' }, { introspectionSignedResponseAlg: 'ES256' })
      const { access_token } = await login(session)
      expect(await session.introspectToken({ token: access_token })).toMatchObject({ active: true, sub: 'alice' })
    },
  },
]
