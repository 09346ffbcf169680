import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { clients, closeAll, world } from './world.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

afterEach(closeAll)

describe.each(clients)('$name', (client) => {
  it.each(['silence', 'drip'] as const)(
    'F08: %s ends in time, also when everything has been swept away that nobody holds',
    async (fault) => {
      const { server, loggedIn } = await world(client)
      server.answer('token', { fault })
      const session = await loggedIn()
      session.registerComplianceHook('refresh_token_request', (request) => ({ ...request, timeoutMs: 1000 }))
      const sweeping = setInterval(collect, 100)
      try {
        await expect(session.refreshToken()).rejects.toMatchObject({ cause: { code: 'OAUTH_TIMEOUT' } })
      } finally {
        clearInterval(sweeping)
      }
    },
  )
})
