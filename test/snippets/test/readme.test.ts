import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBrowser, login, startProvider, startResourceServer, type TestProvider } from '@oauth-test/provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
    expect([...code.keys()]).toEqual(['express', 'got', 'ky', 'core', 'conformance'])
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
    const client = await provider.addClient({
      client_id: `readme-${name}`,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })
    const session = await runSnippet(name, code.get(name) ?? '', {
      'https://as.example': provider.issuer,
      'my-app': client.client_id,
      'my-secret': client.client_secret,
      'https://api.example': api.url,
    })
    const { code: status, output } = await session.ended()
    expect(output).toContain('items')
    expect(status).toBe(0)
  })

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
