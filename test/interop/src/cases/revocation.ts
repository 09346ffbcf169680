import { expect } from 'vitest'
import type { Case } from './case.ts'

/** Tokens that are no longer needed. */
export const revocationCases: readonly Case[] = [
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
      const { response } = await session.revokeToken({ token: 'no-such-token', tokenTypeHint: 'refresh_token' })
      expect(response.status).toBe(200)
    },
  },
]
