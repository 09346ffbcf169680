import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testTokenStore } from '@oauth/conformance'
import { memoryStore, type Store, type TokenRecord, type TokenStore } from '@oauth/core/session'
import { createBrowser, login, startProvider, type TestProvider } from '@oauth-test/provider'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { importSnippet } from '../src/import-snippet.ts'
import { snippets } from '../src/snippet.ts'

const RECORD: TokenRecord = {
  v: 1,
  issuer: 'https://as.example',
  token_endpoint: 'https://as.example/token',
  client_id: 'client',
  token: { access_token: 'access', token_type: 'Bearer' },
  generation: 0,
  grant: { type: 'authorization_code' },
}
const LATER = { ...RECORD, generation: 1 }
const YEAR = { ttl: 31_536_000 }

/** Two openings of one file, as two processes have them. */
describe('docs/writing-an-adapter.md: a store', () => {
  let folder: string
  let one: TokenStore
  let two: TokenStore

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'store-'))
    const code = (await snippets('docs/writing-an-adapter.md')).find(({ run }) => run === 'store')?.code ?? ''
    const { sqliteStore } = (await importSnippet('adapter-store', code)) as { sqliteStore: (file: string) => TokenStore }
    one = sqliteStore(join(folder, 'tokens.db'))
    two = sqliteStore(join(folder, 'tokens.db'))
  })
  afterEach(() => {
    vi.useRealTimers()
    rmSync(folder, { recursive: true })
  })

  describe('passes the kit that the guide sends it to', () => {
    let opened = 0
    testTokenStore(it, () => (opened++ % 2 === 0 ? one : two))
  })

  it('creates once, and gives what it has with its version', async () => {
    const receipt = await one.compareAndSet('alice', null, RECORD, YEAR)
    expect(await two.compareAndSet('alice', null, LATER, YEAR)).toBeUndefined()
    expect(await two.get('alice')).toEqual({ value: RECORD, version: receipt?.version, now: expect.any(Number) })
    expect(await two.get('bob')).toBeUndefined()
  })

  it('writes over the version that was read, and over no other', async () => {
    const first = await one.compareAndSet('alice', null, RECORD, YEAR)
    const second = await two.compareAndSet('alice', first?.version ?? '', LATER, YEAR)
    expect(second?.version).not.toBe(first?.version)
    expect(await one.compareAndSet('alice', first?.version ?? '', RECORD, YEAR)).toBeUndefined()
    expect((await one.get('alice'))?.value.generation).toBe(1)
  })

  it('a late writer loses also when the key was deleted and made again', async () => {
    const first = await one.compareAndSet('alice', null, RECORD, YEAR)
    expect(await two.delete('alice', 'another version')).toBe(false)
    expect(await two.delete('alice')).toBe(true)
    expect(await one.compareAndSet('alice', first?.version ?? '', LATER, YEAR)).toBeUndefined()
    await two.compareAndSet('alice', null, RECORD, YEAR)
    expect(await one.compareAndSet('alice', first?.version ?? '', LATER, YEAR)).toBeUndefined()
  })

  it('what is expired is absent', async () => {
    vi.useFakeTimers()
    const first = await one.compareAndSet('alice', null, RECORD, { ttl: 60 })
    vi.advanceTimersByTime(60_000)
    expect(await two.get('alice')).toBeUndefined()
    expect(await two.compareAndSet('alice', first?.version ?? '', LATER, YEAR)).toBeUndefined()
    expect(await two.compareAndSet('alice', null, LATER, YEAR)).toBeDefined()
  })
})

describe('docs/writing-an-adapter.md: a framework', () => {
  const base = 'https://app.example'
  let provider: TestProvider
  let answer: (request: Request) => Promise<Response>
  let isDown = false

  beforeAll(async () => {
    provider = await startProvider()
    const redirect_uris = [`${base}/auth/example/callback`]
    const { client_id, client_secret } = await provider.addClient({ client_id: 'adapter-guide', redirect_uris })
    const code = (await snippets('docs/writing-an-adapter.md')).find(({ run }) => run === 'framework')?.code ?? ''
    vi.stubEnv('SESSION_SECRET', 'the secret of the application, long enough for a key')
    vi.stubGlobal('guideStore', store())
    ;({ answer } = (await importSnippet('adapter-framework', code, {
      "baseUrl: 'https://app.example',": `baseUrl: '${base}', store: globalThis.guideStore,`,
      'https://as.example': provider.issuer,
      'my-app': client_id,
      'my-secret': client_secret ?? '',
    })) as { answer: typeof answer })
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    vi.unstubAllGlobals()
    await provider.close()
  })

  /** A store whose engine can be taken away. */
  function store(): Store<unknown> {
    const engine = memoryStore()
    return {
      ...engine,
      get: (key) => (isDown ? Promise.reject(new Error('the engine is down')) : engine.get(key)),
    }
  }

  const ask = (url: string, cookie = '') => answer(new Request(url, { headers: { cookie } }))
  const cookiesOf = (response: Response) =>
    response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ')

  it('F16: logs a person in, and says 503, not "logged out", while the store cannot be read', async () => {
    const begun = await ask(`${base}/auth/example/login`)
    const browser = createBrowser({ stopAt: ({ pathname }) => pathname === '/auth/example/callback' })
    const { url } = await login(await browser.goto(begun.headers.get('location') ?? ''), { username: 'alice' })
    const done = await ask(url, cookiesOf(begun))
    expect(done.status).toBe(303)
    const session = cookiesOf(done)
    expect(await (await ask(`${base}/`, session)).text()).toBe('Hello alice')

    isDown = true
    const failed = await ask(`${base}/`, session)
    expect(failed.status).toBe(503)
    expect(failed.headers.getSetCookie()).toEqual([])
    expect(await failed.text()).toContain('OAUTH_STORE')

    isDown = false
    expect(await (await ask(`${base}/`, session)).text()).toBe('Hello alice')
  })
})
