import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DebuggedOptions, Kept } from '../src/debugged.js'
import { buildProgram } from '../src/workers.js'

let program: Awaited<ReturnType<typeof buildProgram>>
beforeAll(async () => {
  program = await buildProgram('debugged.ts')
}, 60_000)
afterAll(() => program.remove())

/** Answers a code and one refresh token, and refuses the next with an echo of all that it got. */
async function startServer() {
  let count = 0
  const server = createServer(async (request, response) => {
    const body = await text(request)
    count += 1
    const [status, answer] =
      count <= 2
        ? [
            200,
            { access_token: `canary-access-${count}`, refresh_token: `canary-refresh-${count}`, token_type: 'Bearer', expires_in: 3600 },
          ]
        : [400, { error: 'invalid_grant', error_description: `${body} of ${request.headers.authorization} is not known` }]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What Node's NET says: it prints the options of a connection, and among them the headers that got gives it. Nothing here can change that. */
const NET = /^NET \d+: .*?(?=^[A-Z]+ \d+: )/gms

// There is no debugging of the library's own: what is printed is Node's, and the application's.
it.each(['got', 'ky'] as const)(
  'LG04: with NODE_DEBUG=* and every channel printed, a login, a renewal and an end on %s show no secret',
  { timeout: 60_000 },
  async (client) => {
    const server = await startServer()
    try {
      const options: DebuggedOptions = { origin: server.origin, client, clientSecret: 'canary-client-secret', code: 'canary-code' }
      const child = fork(program.path, [JSON.stringify(options)], {
        silent: true,
        execArgv: [],
        env: { ...process.env, NODE_DEBUG: '*' },
      })
      const [stdout, stderr] = [child.stdout, child.stderr]
      if (stdout === null || stderr === null) throw new Error('There is nothing to read of what is printed.')
      const printing = Promise.all([text(stdout), text(stderr)])
      let kept: Kept = []
      child.on('message', (message: Kept) => {
        kept = message
      })
      const [out, err] = await printing

      expect(kept).toHaveLength(7)
      expect(out).toMatch(/logged in.*oauth:refreshed.*renewed.*oauth:ended.*ended.*refresh_token=\[redacted\]/s)
      expect(err).toMatch(/^(HTTP|NET|STREAM) \d+: /m)
      const basic = Buffer.from('client:canary-client-secret').toString('base64')
      const lines = `${out}\n${err.replace(NET, '')}`.split('\n')
      expect(lines.filter((line) => [...kept, 'canary', basic].some((secret) => line.includes(secret)))).toEqual([])
    } finally {
      await server.stop()
    }
  },
)
