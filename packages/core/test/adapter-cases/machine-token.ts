import { expect, it } from 'vitest'
import { memoryStore } from '../../src/session/memory-store.js'
import type { SessionOptions } from '../../src/session/session-options.js'
import type { TokenRecord } from '../../src/session/token-record.js'
import type { Adapter, AnyHttp, CaseWorld } from './adapter.js'

export function machineTokenCases<Http extends AnyHttp>({ OAuth2Session }: Adapter<Http>, world: () => CaseWorld<Http>): void {
  it('RFC 8707 §2.2: a machine’s token is asked for with its resource, and found by the sessions of that resource alone', async () => {
    const { api, tokenRequests, authorizations } = world()
    const store = memoryStore<TokenRecord>()
    const server = { issuer: api, token_endpoint: `${api}/token` }
    const open = (options: Partial<SessionOptions>) =>
      new OAuth2Session({ server, clientId: 'client', clientSecret: 'the-client-secret', store, ...options })
    const [items, users] = ['https://items.example', 'https://users.example']
    for (const resource of [items, users]) await open({ resource }).fetchToken({ grantType: 'client_credentials' })
    expect(tokenRequests.map(({ resource }) => resource)).toEqual([items, users])
    for (const resource of [items, users]) await open({ resource }).http.get(`${api}/me`)
    expect(authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
    await expect(open({}).http.get(`${api}/me`)).rejects.toThrow(/token/)
    await expect(open({}).fetchToken({ grantType: 'client_credentials', parameters: { resource: items } })).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('"resource"'),
    })
    expect(tokenRequests).toHaveLength(2)
  })
}
