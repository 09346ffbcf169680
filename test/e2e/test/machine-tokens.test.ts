import { generateKeyPairSync } from 'node:crypto'
import { AssertionSession as KySession } from '@oauth/ky'
import { type AssertionSessionOptions, AssertionSession as GotSession } from '@oauth/node-got'
import { startHostileServer } from '@oauth-test/provider'
import { afterEach, describe, expect, it } from 'vitest'
import { sharedStore } from './faults/processes.ts'
import { clock, closeAll, closing, type Session } from './faults/world.ts'

afterEach(closeAll)

interface Client {
  readonly name: string
  readonly AssertionSession: new (options: Omit<AssertionSessionOptions, 'http'>) => Pick<Session, 'http'>
}

const clients: readonly Client[] = [
  { name: 'got', AssertionSession: GotSession },
  { name: 'ky', AssertionSession: KySession },
]
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

describe.each(clients)('$name', ({ AssertionSession }) => {
  it('RF02: two processes without a token fetch a first one each, go on with the same, and renew it by one request', async () => {
    const server = closing(await startHostileServer())
    let count = 0
    server.answer('token', () => ({ body: { access_token: `machine-${++count}`, token_type: 'Bearer', expires_in: 3600 } }))
    server.answer('/me', ({ headers }) => ({ body: { authorization: headers.authorization } }))
    const environment = clock()
    const { seen } = sharedStore(environment)
    const options = { tokenEndpoint: `${server.url}/token`, issuer: 'service', subject: 'alice', key, environment }
    const processes = [0, 1].map(() => new AssertionSession({ ...options, store: seen() }))
    /** Five calls of each process, and how many token requests there were until then. */
    const called = async () => {
      const calls = processes.flatMap(({ http }) => Array.from({ length: 5 }, () => http.get(`${server.url}/me`).json()))
      return { shown: await Promise.all(calls), count }
    }
    const all = (authorization: unknown) => Array(10).fill({ authorization })

    // Each answer is good: a grant without a refresh token has nothing that could be spent.
    expect(await called()).toEqual({ shown: all(expect.stringMatching(/^Bearer machine-[12]$/)), count: 2 })
    const kept = await called()
    expect(kept).toEqual({ shown: Array(10).fill(kept.shown[0]), count: 2 })
    environment.ahead += 3600
    expect(await called()).toEqual({ shown: all('Bearer machine-3'), count: 3 })
  })
})
