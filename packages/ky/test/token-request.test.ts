import ky from 'ky'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

it('TR18: headers, search parameters, prefix and hooks of an instance stay away from the token endpoint', async () => {
  const http = ky.create({
    prefix: `${world.elsewhere}/api`,
    searchParams: { key: 'api' },
    headers: { authorization: 'Bearer api', cookie: 'api=1', 'x-api-key': 'api' },
    retry: { limit: 3, methods: ['post'] },
    hooks: { beforeRequest: [({ request }) => request.headers.set('x-hook', '1')] },
  })
  const session = await world.session({ http })
  await session.refreshToken()
  const [headers] = world.tokenHeaders
  expect(headers).toMatchObject({ authorization: expect.stringMatching(/^Basic /) })
  for (const name of ['cookie', 'x-api-key', 'x-hook']) expect(headers).not.toHaveProperty(name)
  expect(world.tokenRequests[0]).toEqual({ grant_type: 'refresh_token', refresh_token: 'refresh-1' })
  expect(world.seenElsewhere).toHaveLength(0)
})

it('a public client sends no authorization, whatever the instance has', async () => {
  const http = ky.create({ headers: { authorization: 'Bearer api' } })
  const session = await world.session({ http, clientSecret: undefined, tokenEndpointAuthMethod: 'none' })
  await session.refreshToken()
  expect(world.tokenHeaders[0]).not.toHaveProperty('authorization')
  expect(world.tokenRequests[0]).toMatchObject({ client_id: 'client' })
})

it('an instance that another session authorised puts no token on token requests', async () => {
  const first = await world.session()
  const second = await world.session({ http: first.http, clientSecret: undefined, tokenEndpointAuthMethod: 'none' })
  await second.refreshToken()
  expect(world.tokenHeaders[0]).not.toHaveProperty('authorization')
})
