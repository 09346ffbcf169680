import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { TokenStore } from '@oauth/core/session'
import { OAuth2Session, type TokenSet, type UpdateToken } from '@oauth/node-got'
import { createBrowser, login, type ResourceServer, startProvider, startResourceServer, type TestProvider } from '@oauth-test/provider'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readGuide } from '../src/guide.ts'
import { httpClients, type Session } from '../src/http-clients.ts'
import { importSnippet } from '../src/import-snippet.ts'
import { snippets } from '../src/snippet.ts'

interface Guide {
  readonly openTokens: (file: string) => DatabaseSync
  readonly saveToken: (database: DatabaseSync, user: string, token: TokenSet) => void
  readonly sessionOf: (database: DatabaseSync, user: string) => Session
}

const SCOPE = 'openid offline_access'
const REDIRECT_URI = 'http://127.0.0.1/callback'

/** The code of the guides, on a file of SQLite, with a provider that rotates refresh tokens and detects when one is spent twice. */
describe('the token in a database', () => {
  let provider: TestProvider
  let api: ResourceServer
  let folder: string
  /** Requests that the tests before have made. */
  let before: number
  const open: { close(): void }[] = []

  beforeAll(async () => {
    provider = await startProvider()
    api = await startResourceServer({ provider })
  })
  afterAll(async () => {
    await api.close()
    await provider.close()
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tokens-'))
    before = provider.requests.length
  })
  afterEach(() => {
    for (const database of open.splice(0)) database.close()
    rmSync(folder, { recursive: true })
    vi.useRealTimers()
  })

  const options = (): ConstructorParameters<typeof OAuth2Session>[0] => ({
    issuer: provider.issuer,
    clientId: provider.client.client_id,
    clientSecret: provider.client.client_secret,
    scope: SCOPE,
    redirectUri: REDIRECT_URI,
    authorizationParameters: { prompt: 'consent' },
  })

  async function logIn(session: Session, username: string): Promise<TokenSet> {
    const { url, transaction } = await session.createAuthorizationUrl()
    const browser = createBrowser({ stopAt: ({ pathname }) => pathname === '/callback' })
    const { url: authorizationResponse } = await login(await browser.goto(url), { username })
    return session.fetchToken({ authorizationResponse, transaction })
  }

  const me = (session: Session) => session.http.get(`${api.url}/me`).json()
  const requests = () => provider.requests.slice(before)
  const refreshes = () => requests().filter(({ grantType }) => grantType === 'refresh_token').length

  describe.each(httpClients)('docs/session.md: updateToken, on %s', (client) => {
    let guide: Guide

    beforeAll(async () => {
      const session = await readGuide('docs/session.md', client, {
        'https://as.example': provider.issuer,
        'my-app': provider.client.client_id,
        'my-secret': provider.client.client_secret,
      })
      guide = await session.run('database')
    })

    function opened(): DatabaseSync {
      const database = guide.openTokens(join(folder, 'tokens.db'))
      open.push(database)
      return database
    }

    function row(database: DatabaseSync, user: string) {
      const { access_token, refresh_token, whole } =
        database.prepare('SELECT access_token, refresh_token, whole FROM token WHERE user = ?').get(user) ?? {}
      return { access_token, refresh_token, whole: JSON.parse(String(whole)) }
    }

    it('S55: a renewal is written to the row whose refresh token was spent, and to no other', async () => {
      const database = opened()
      for (const user of ['alice', 'bob']) guide.saveToken(database, user, await logIn(new OAuth2Session(options()), user))
      const [alice, bob] = [row(database, 'alice'), row(database, 'bob')]

      provider.expireAccessTokens()
      expect(await me(guide.sessionOf(database, 'alice'))).toMatchObject({ sub: 'alice' })

      const renewed = row(database, 'alice')
      expect(renewed.refresh_token).not.toBe(alice.refresh_token)
      expect(renewed.access_token).not.toBe(alice.access_token)
      expect(renewed.whole).toMatchObject({ access_token: renewed.access_token, refresh_token: renewed.refresh_token })
      expect(row(database, 'bob')).toEqual(bob)
    })

    it('goes on after a restart, renewal after renewal, with the tokens of the file', async () => {
      const first = opened()
      for (const user of ['alice', 'bob']) guide.saveToken(first, user, await logIn(new OAuth2Session(options()), user))
      for (let restart = 0; restart < 3; restart += 1) {
        const database = opened()
        provider.expireAccessTokens()
        for (const user of ['alice', 'bob']) expect(await me(guide.sessionOf(database, user))).toMatchObject({ sub: user })
      }
      expect(refreshes()).toBe(6)
      expect(provider.reuseDetected).toBe(0)
    })

    it('somebody without a row has no token, and nothing is sent', async () => {
      await expect(me(guide.sessionOf(opened(), 'carol'))).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
      expect(requests()).toEqual([])
    })
  })

  describe('docs/writing-an-adapter.md: a store, with updateToken', () => {
    let sqliteStore: (file: string) => TokenStore

    beforeAll(async () => {
      const code = (await snippets('docs/writing-an-adapter.md')).find(({ run }) => run === 'store')?.code ?? ''
      ;({ sqliteStore } = (await importSnippet('session-store', code)) as { sqliteStore: typeof sqliteStore })
    })

    const sessionOf = (store: TokenStore, key: string, updateToken?: UpdateToken) =>
      new OAuth2Session({ ...options(), store, key, updateToken })

    it('updateToken is told once, of what replaces what, when the store has it already', async () => {
      const store = sqliteStore(join(folder, 'store.db'))
      const old = await logIn(sessionOf(store, 'alice'), 'alice')
      await logIn(sessionOf(store, 'bob'), 'bob')
      const told: unknown[] = []
      const session = sessionOf(store, 'alice', async (token, replaced) => {
        told.push({ replaced, isStored: (await store.get('alice'))?.value.token.access_token === token.access_token })
      })

      provider.expireAccessTokens()
      await Promise.all(Array.from({ length: 5 }, () => me(session)))

      expect(told).toEqual([{ replaced: { refreshToken: old.refresh_token }, isStored: true }])
      expect(refreshes()).toBe(1)
      expect((await store.get('bob'))?.value.generation).toBe(0)
    })

    it('after a restart another session has the token of the store, not one that it was made with', async () => {
      await logIn(sessionOf(sqliteStore(join(folder, 'store.db')), 'alice'), 'alice')
      vi.useFakeTimers({ toFake: ['Date'] })
      for (let restart = 0; restart < 3; restart += 1) {
        // Within five seconds of a renewal, by whichever process, a 401 renews nothing.
        vi.advanceTimersByTime(6_000)
        provider.expireAccessTokens()
        expect(await me(sessionOf(sqliteStore(join(folder, 'store.db')), 'alice'))).toMatchObject({ sub: 'alice' })
      }
      expect(refreshes()).toBe(3)
      expect(provider.reuseDetected).toBe(0)
    })

    it('an updateToken that throws costs nothing: the store has the token, and it is told again', async () => {
      const store = sqliteStore(join(folder, 'store.db'))
      await logIn(sessionOf(store, 'alice'), 'alice')
      const told: string[] = []
      const session = sessionOf(store, 'alice', (token) => {
        told.push(token.access_token)
        if (told.length === 1) throw new Error('the other database is away')
      })

      provider.expireAccessTokens()
      await expect(me(session)).rejects.toMatchObject({ code: 'OAUTH_PERSIST' })
      expect(await me(session)).toMatchObject({ sub: 'alice' })

      expect(told).toHaveLength(2)
      expect(new Set(told).size).toBe(1)
      expect((await store.get('alice'))?.value.token.access_token).toBe(told[0])
      expect(refreshes()).toBe(1)
    })
  })
})
