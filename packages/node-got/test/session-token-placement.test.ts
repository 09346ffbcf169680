import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { json, startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

/** Paths that the API got, in order. */
function paths(): string[] {
  return world.seen.map(({ path }) => path)
}

describe('RFC 6750 §2.3: the token in the query', () => {
  it('a call that is repeated after a 401 has the new one only', async () => {
    const session = await world.session({ tokenPlacement: 'query' })
    world.on('/items', ({ path }, response) => json(response, path.includes('access-2') ? 200 : 401, {}))
    await session.http.post(`${world.api}/items?a=(1)`, { json: {} })
    expect(paths()).toEqual(['/items?a=(1)&access_token=access-1', '/items?a=(1)&access_token=access-2'])
    expect(world.seen.map(({ body }) => body)).toEqual(['{}', '{}'])
  })

  it('a redirect within the origin has it, and one to another origin has not', async () => {
    const session = await world.session({ tokenPlacement: 'query' })
    world.on('/near', (_seen, response) => response.writeHead(302, { location: '/far?a=1' }).end())
    world.on('/far', (_seen, response) => response.writeHead(302, { location: `${world.elsewhere}/to?a=1` }).end())
    await session.http.get(`${world.api}/near`)
    expect(paths()).toEqual(['/near?access_token=access-1', '/far?a=1&access_token=access-1'])
    expect(world.seenElsewhere.map(({ path }) => path)).toEqual(['/to?a=1'])
  })

  it('a next page whose address repeats the token has one all the same', async () => {
    const session = await world.session({ tokenPlacement: 'query' })
    world.on('/page', ({ path }, response) => {
      json(response, 200, [1], path.includes('page=2') ? {} : { link: `<${world.api}${path}&page=2>; rel="next"` })
    })
    expect(await session.http.paginate.all(`${world.api}/page`)).toEqual([1, 1])
    expect(paths()).toEqual(['/page?access_token=access-1', '/page?page=2&access_token=access-1'])
  })
})
