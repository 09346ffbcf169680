import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { runProcess } from './testing/run-process.js'
import { postgresWorld } from './testing/world.js'

const world = postgresWorld()

it('the first code of the README runs, and its token is in the table', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, code = ''] = /^```ts\n(.*?)^```$/ms.exec(readme) ?? []
  await using server = await tokenServer()
  const { code: exit, output } = await runProcess(world.server, `${code.replace('https://as.example', server.issuer)}\nawait pool.end()`)
  expect(output).toBe('')
  expect(exit).toBe(0)
  const { rows } = await world.pool.query('SELECT key, value FROM oauth_store')
  expect(rows).toEqual([{ key: 'reports', value: expect.stringContaining('the-access-token') }])
})

/** Knows one token, and gives it to everyone. */
async function tokenServer(): Promise<AsyncDisposable & { issuer: string }> {
  const server = createServer(({ method }, response) => {
    const metadata = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
    }
    const token = { access_token: 'the-access-token', token_type: 'Bearer', expires_in: 3600 }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(method === 'POST' ? token : metadata))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
