import { expect } from 'vitest'
import type { Case } from './case.ts'

/** What becomes of a refresh token. */
export const refreshCases: readonly Case[] = [
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
]
