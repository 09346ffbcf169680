import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createBrowser, login, type ResourceServer, startProvider, startResourceServer, type TestProvider } from '@oauth-test/provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const CLI = fileURLToPath(new URL('../../../examples/cli/cli.ts', import.meta.url))

/** A command that runs as a process of its own. */
interface Command {
  /** The first match in what it prints. */
  printed(pattern: RegExp): Promise<string>
  ended(): Promise<{ code: number; output: string }>
}

describe('examples/cli: a tool whose processes share a file', () => {
  let provider: TestProvider
  let api: ResourceServer
  let folder: string
  let env: NodeJS.ProcessEnv
  const started: ChildProcess[] = []

  beforeAll(async () => {
    provider = await startProvider()
    api = await startResourceServer({ provider })
    folder = await mkdtemp(join(tmpdir(), 'cli-'))
    await provider.addClient({ client_id: 'cli', token_endpoint_auth_method: 'none', application_type: 'native' })
    env = { ...process.env, DEMO_ISSUER: provider.issuer, DEMO_CLIENT_ID: 'cli', API_URL: api.url, XDG_STATE_HOME: folder }
  })
  afterAll(async () => {
    for (const child of started) child.kill()
    await api.close()
    await provider.close()
    await rm(folder, { recursive: true })
  })

  function start(command: string): Command {
    const child = spawn(process.execPath, [CLI, command], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    started.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const closed = once(child, 'close') as Promise<[number]>
    return {
      async printed(pattern) {
        while (!pattern.test(output)) await Promise.race([once(child.stdout, 'data'), closed.then(() => Promise.reject(new Error(output)))])
        return pattern.exec(output)?.[0] ?? ''
      },
      async ended() {
        const [code] = await closed
        return { code, output }
      },
    }
  }

  const refreshes = () => provider.tokenRequests('refresh_token')

  it('nobody is logged in at first', async () => {
    expect(await start('me').ended()).toEqual({ code: 1, output: 'You are not logged in: node cli.ts login\n' })
  })

  it('RF02: a person logs in by the browser; of four processes with an expired token one renews it', async () => {
    const tool = start('login')
    const page = await login(await createBrowser().goto(await tool.printed(/^http.+$/m)), { username: 'alice', consent: true })
    expect(page.body).toBe('You are logged in. You can close this window.')
    expect(await tool.ended()).toMatchObject({ code: 0, output: expect.stringContaining('Hello alice') })

    provider.expireAccessTokens()
    const all = await Promise.all(Array.from({ length: 4 }, () => start('me').ended()))
    for (const { code, output } of all) expect({ code, sub: JSON.parse(output).sub }).toEqual({ code: 0, sub: 'alice' })
    expect(refreshes()).toBe(1)
    expect(provider.reuseDetected).toBe(0)
  })

  it('a logout counts for all processes', async () => {
    expect(await start('logout').ended()).toEqual({ code: 0, output: '' })
    expect(await start('me').ended()).toMatchObject({ code: 1 })
  })
})
