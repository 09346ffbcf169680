import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBrowser, login, startProvider, startResourceServer, type TestClient, type TestProvider } from '@oauth-test/provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres } from '../../../packages/store-postgres/test/testing/postgres-server.ts'
import { noRedis, startRedis } from '../../../packages/store-redis/test/testing/redis-server.ts'
import { runSnippet } from '../src/run-snippet.ts'
import { snippets } from '../src/snippet.ts'

/** The snippets of the README, run against a real provider with nothing changed but addresses and credentials. */
describe('README.md', () => {
  let provider: TestProvider
  let api: Awaited<ReturnType<typeof startResourceServer>>
  let code: Map<string, string>

  beforeAll(async () => {
    provider = await startProvider()
    api = await startResourceServer({ provider })
    code = new Map((await snippets('README.md')).flatMap(({ run, code }) => (run === undefined ? [] : [[run, code]])))
  })
  afterAll(async () => {
    await api.close()
    await provider.close()
  })

  it('has one for each package', () => {
    expect([...code.keys()]).toEqual(['express', 'got', 'ky', 'file', 'redis', 'postgres', 'core', 'conformance'])
  })

  it('express: a person logs in and is greeted', async () => {
    const port = await freePort()
    const baseUrl = `http://localhost:${port}`
    const client = await provider.addClient({ client_id: 'readme-express', redirect_uris: [`${baseUrl}/auth/example/callback`] })
    const app = await runSnippet('express', code.get('express') ?? '', {
      'https://as.example': provider.issuer,
      'my-app': client.client_id,
      'my-secret': client.client_secret,
      '3000': String(port),
    })
    try {
      await answering(baseUrl)
      const page = await login(await createBrowser().goto(`${baseUrl}/me`), { username: 'alice', consent: true })
      expect(page.url).toBe(`${baseUrl}/me`)
      expect(page.body).toBe('Hello alice@example.com')
    } finally {
      await app.stop()
    }
  })

  it.each(['got', 'ky'])('%s: the application calls an API', async (name) => {
    await callsApi(name, await machineClient(name))
  })

  it('store-file: a second process has the token of the first', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'readme-'))
    try {
      await twoProcesses('file', { 'homedir()': JSON.stringify(folder) })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('store-redis: a second process has the token of the first', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const redis = await startRedis()
    try {
      await twoProcesses('redis', { 'redis://localhost:6379': redis.url })
    } finally {
      await redis.stop()
    }
  })

  it('store-postgres: a second process has the token of the first', async () => {
    const postgres = await startPostgres()
    try {
      const { host, user, password, database } = postgres.connection
      await twoProcesses('postgres', {
        'postgres://localhost/app': `postgres://${user}:${password}@${encodeURIComponent(host)}/${database}`,
      })
    } finally {
      await postgres.stop()
    }
  }, 60_000)

  it('core: discovery', async () => {
    const flow = await runSnippet('core', code.get('core') ?? '', { 'https://as.example': provider.issuer })
    expect(await flow.ended()).toEqual({ code: 0, output: `${provider.issuer}/token\n` })
  })

  it('conformance: the kit runs under node:test', async () => {
    const kit = await runSnippet('conformance', code.get('conformance') ?? '', {})
    const { code: status, output } = await kit.ended()
    expect(output).toMatch(/^# fail 0$|^ℹ fail 0$/m)
    expect(status).toBe(0)
  }, 60_000)

  /** A client of the provider that has a token for itself. */
  function machineClient(name: string) {
    return provider.addClient({ client_id: `readme-${name}`, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] })
  }

  async function callsApi(name: string, client: TestClient, replacements: Readonly<Record<string, string>> = {}): Promise<void> {
    const session = await runSnippet(name, code.get(name) ?? '', {
      'https://as.example': provider.issuer,
      'my-app': client.client_id,
      'my-secret': client.client_secret,
      'https://api.example': api.url,
      ...replacements,
    })
    const { code: status, output } = await session.ended()
    expect(output).toContain('items')
    expect(status).toBe(0)
  }

  async function twoProcesses(name: string, replacements: Readonly<Record<string, string>>): Promise<void> {
    const client = await machineClient(name)
    const before = provider.tokenRequests()
    for (let run = 0; run < 2; run += 1) await callsApi(name, client, replacements)
    expect(provider.tokenRequests() - before).toBe(1)
  }
})

/** A port that is free now: the snippet has its port in the code, and the provider has to know it before. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function answering(url: string): Promise<void> {
  const status = () =>
    fetch(url, { redirect: 'manual' }).then(
      (response) => response.status,
      () => 0,
    )
  await expect.poll(status, { timeout: 15_000 }).toBeGreaterThan(0)
}
