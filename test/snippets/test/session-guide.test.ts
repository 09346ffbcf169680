import type { OAuth2Session } from '@oauth/node-got'
import { type HostileServer, startHostileServer } from '@oauth-test/provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { importSnippet } from '../src/import-snippet.ts'
import { snippets } from '../src/snippet.ts'

/** The members that got and ky have in common. */
interface Session extends Pick<OAuth2Session, 'fetchToken' | 'refreshToken' | 'revokeToken' | 'setToken'> {
  readonly http: { get(url: string): { json(): Promise<unknown> } }
}
type Make = () => Session

const TOKEN = { access_token: 'access', token_type: 'Bearer', expires_in: 60, refresh_token: 'refresh' }

describe.each(['got', 'ky'])('docs/session.md on %s', (client) => {
  let server: HostileServer

  beforeAll(async () => {
    server = await startHostileServer()
  })
  afterAll(async () => {
    await server.close()
  })

  /** What a snippet of the guide exports. */
  async function guide(run: string, replacements: Readonly<Record<string, string>>): Promise<Readonly<Record<string, Make>>> {
    const code = (await snippets('docs/session.md')).find((snippet) => snippet.run === run)?.code ?? ''
    const replaced = client === 'ky' ? { '@oauth/node-got': '@oauth/ky', ...replacements } : replacements
    return (await importSnippet(`session-${run}-${client}`, code, replaced)) as Readonly<Record<string, Make>>
  }

  describe('S44, C23: client_secret_uri', () => {
    let sessions: Readonly<Record<string, Make>>

    beforeAll(async () => {
      const endpoints = { authorization_endpoint: 'a', token_endpoint: 'token', revocation_endpoint: 'revoke' }
      const metadata = Object.entries(endpoints).map(([name, path]) => `${name}: '${server.url}/${path}'`)
      sessions = await guide('client_secret_uri', { "issuer: 'https://as.example'": `server: { ${metadata.join(', ')} }` })
    })
    beforeEach(() => {
      server.answer('token', { body: TOKEN })
      server.answer('revocation', { status: 200 })
    })

    it.each(['direct', 'named'])('%s: credentials and form are in the query, and the body is empty and says so', async (name) => {
      const session = sessions[name]?.()
      await session?.fetchToken()
      await session?.refreshToken()
      await session?.revokeToken()
      const credentials = 'client_id=my-app&client_secret=my-secret'
      expect(server.requests.slice(-3)).toMatchObject([
        { method: 'POST', url: `/token?${credentials}&grant_type=client_credentials`, body: '' },
        { method: 'POST', url: `/token?${credentials}&grant_type=refresh_token&refresh_token=refresh`, body: '' },
        { method: 'POST', url: `/revoke?${credentials}&token=refresh&token_type_hint=refresh_token`, body: '' },
      ])
      for (const { headers } of server.requests.slice(-3)) {
        expect(headers['content-length'] ?? '0').toBe('0')
        expect(headers.authorization).toBeUndefined()
      }
    })
  })

  describe('S64: the compliance hooks of StackOverflow', () => {
    let stackOverflow: Make | undefined

    beforeAll(async () => {
      ;({ stackOverflow } = await guide('hooks', { 'https://as.example/oauth': `${server.url}/so` }))
    })
    it('the token comes from a form, and calls say which site they are about', async () => {
      server.answer('/so/access_token', { headers: { 'content-type': 'text/plain' }, body: 'access_token=so&expires=3600' })
      server.answer('/me', { body: { ok: true } })
      const session = stackOverflow?.()
      expect(await session?.fetchToken()).toMatchObject({ access_token: 'so', token_type: 'Bearer', expires_in: 3600 })
      expect(await session?.http.get(`${server.url}/me?a=1`).json()).toEqual({ ok: true })
      expect(server.requests.at(-1)).toMatchObject({ url: '/me?a=1&site=stackoverflow', headers: { authorization: 'Bearer so' } })
    })
  })
})
