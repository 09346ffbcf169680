import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { kyTransport } from '@oauth/ky'
import { gotTransport } from '@oauth/node-got'
import { afterEach, describe, expect, it } from 'vitest'
import { clients, closeAll, world } from './world.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

afterEach(closeAll)

/** Sweeps everything away that nobody holds, again and again while something goes on. */
async function sweeping(action: () => Promise<void>): Promise<void> {
  const timer = setInterval(collect, 100)
  try {
    await action()
  } finally {
    clearInterval(timer)
  }
}

describe.each(clients)('$name', (client) => {
  it.each(['silence', 'drip'] as const)('F08: %s ends in time, also when the garbage is collected meanwhile', async (fault) => {
    const { server, loggedIn } = await world(client)
    server.answer('token', { fault })
    const session = await loggedIn()
    session.registerComplianceHook('refresh_token_request', (request) => ({ ...request, timeoutMs: 1000 }))
    await sweeping(() => expect(session.refreshToken()).rejects.toMatchObject({ cause: { code: 'OAUTH_TIMEOUT' } }))
  })

  it.each(['silence', 'drip'] as const)('F08: so does %s to a caller who might have given up before', async (fault) => {
    const { server } = await world(client)
    server.answer('jwks', { fault })
    const transport = { got: gotTransport(), ky: kyTransport() }[client.name]
    const request = { endpoint: 'jwks', method: 'GET', url: `${server.url}/jwks`, headers: {}, maxBytes: 1000, timeoutMs: 1000 } as const
    const { signal } = new AbortController()
    await sweeping(() => expect(transport?.(request, { signal })).rejects.toMatchObject({ code: 'OAUTH_TIMEOUT' }))
  })
})
