import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clients } from './world.ts'

let child: ChildProcess
let url: string
beforeAll(async () => {
  child = fork(fileURLToPath(new URL('large-answers.ts', import.meta.url)), { execArgv: [] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  url = `http://127.0.0.1:${port}`
})
afterAll(async () => {
  child.disconnect()
  await once(child, 'exit')
})

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const MIB = 1024 * 1024

describe.each(clients)('$name', ({ OAuth2Session }) => {
  it.each(['/plain', '/bomb'])('F11: 64 MiB at %s cost less than 10 MiB of memory, however often they come', async (path) => {
    const session = new OAuth2Session({ clientId: 'client', server: { token_endpoint: url + path } })
    const refused = () => expect(session.fetchToken({ grantType: 'client_credentials' })).rejects.toMatchObject({ code: 'OAUTH_TOO_LARGE' })
    // What the first answers leave behind, code and buffers, is there to be used again.
    for (let i = 0; i < 5; i += 1) await refused()
    for (let i = 0; i < 5; i += 1) {
      collect()
      const before = process.memoryUsage().rss
      await refused()
      const grown = (process.memoryUsage().rss - before) / MIB
      expect(grown).toBeLessThan(10)
    }
  })
})
