import { memoryStore, OAuth2Session, type OAuth2SessionOptions, type TokenRecord } from '@oauth/node-got'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

it('RFC 8707 §2.2: a machine’s token is asked for with its resource, and found by the sessions of that resource alone', async () => {
  const store = memoryStore<TokenRecord>()
  const open = (options: Partial<OAuth2SessionOptions>) =>
    new OAuth2Session({
      server: { issuer: world.api, token_endpoint: `${world.api}/token` },
      clientId: 'client',
      clientSecret: 'the-client-secret',
      store,
      ...options,
    })
  const [items, users] = ['https://items.example', 'https://users.example']
  for (const resource of [items, users]) await open({ resource }).fetchToken({ grantType: 'client_credentials' })
  expect(world.tokenRequests.map(({ resource }) => resource)).toEqual([items, users])
  for (const resource of [items, users]) await open({ resource }).http.get(`${world.api}/me`)
  expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
  await expect(open({}).http.get(`${world.api}/me`)).rejects.toThrow(/token/)
  await expect(open({}).fetchToken({ grantType: 'client_credentials', parameters: { resource: items } })).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining('"resource"'),
  })
  expect(world.tokenRequests).toHaveLength(2)
})
