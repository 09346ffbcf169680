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
