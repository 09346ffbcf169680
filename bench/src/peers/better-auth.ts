import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { genericOAuth } from 'better-auth/plugins/generic-oauth'
import { CLIENT_ID, CLIENT_SECRET, EXPIRED_AT, type Login, type RefreshPeer } from '../refresh-peer.ts'

/**
 * `auth.api.getAccessToken`, which its documentation names for a provider's token that is refreshed when it has expired, with the
 * `genericOAuth` plugin and a database: SQLite of Node, one of those that it supports by itself, the same file for all processes.
 */
export const peer: RefreshPeer = {
  async save(login) {
    const auth = authFor(login)
    await (await getMigrations(auth.options)).runMigrations()
    const { internalAdapter } = await auth.$context
    const user = await internalAdapter.createUser({ name: 'Alice', email: 'alice@example.com', emailVerified: true }, { method: 'oauth' })
    await internalAdapter.createAccount({
      userId: user.id,
      providerId: 'as',
      accountId: 'alice',
      accessToken: login.tokens.access_token,
      refreshToken: login.tokens.refresh_token,
      accessTokenExpiresAt: new Date(EXPIRED_AT * 1000),
    })
  },
  async open(login) {
    const auth = authFor(login)
    const { internalAdapter } = await auth.$context
    const found = await internalAdapter.findUserByEmail('alice@example.com', { includeAccounts: true })
    const body = { accountId: String(found?.accounts[0]?.id), userId: String(found?.user.id) }
    return async () => (await auth.api.getAccessToken({ body })).accessToken
  },
}

function authFor({ origin, folder }: Login) {
  const database = new DatabaseSync(join(folder, 'auth.sqlite'), { timeout: 10_000 })
  const provider = {
    providerId: 'as',
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    authorizationUrl: `${origin}/authorize`,
    tokenUrl: `${origin}/token`,
  }
  return betterAuth({
    database,
    baseURL: 'http://localhost:3000',
    secret: 'a secret that is long enough for Better Auth',
    logger: { disabled: true },
    plugins: [genericOAuth({ config: [provider] })],
  })
}
