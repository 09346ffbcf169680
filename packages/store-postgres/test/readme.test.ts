import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { runProcess } from './testing/run-process.js'
import { postgresWorld } from './testing/world.js'

const world = postgresWorld()

/** The session of the README, on fetch: this package knows no HTTP client. */
const SESSION = `import { fetchClient } from '@oauth/core/fetch'
import { OAuth2Session as Session } from '@oauth/core/session'
class OAuth2Session extends Session { constructor(options) { super(options, fetchClient()) } }`
const USE = `
await session.fetchToken({ grantType: 'client_credentials' })
await pool.end()`

it('the first code of the README runs, and its token is in the table', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, text = ''] = /^```ts check\n(.*?)^```$/ms.exec(readme) ?? []
  const code = text.replace(/^import .*node-got'$/m, SESSION).replace('https://as.example', 'ISSUER')
  await using server = await tokenServer()
  const { code: exit, output } = await runProcess(world.server, `${code.replace('ISSUER', server.issuer)}${USE}`)
  expect(output).toBe('')
  expect(exit).toBe(0)
  const { rows } = await world.pool.query('SELECT key, value FROM oauth_store')
  expect(rows).toEqual([{ key: 'user-1', value: expect.stringContaining('the-access-token') }])
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
