import { expect, it } from 'vitest'
import { json } from '../adapter-world.js'
import type { Adapter, AnyHttp, CaseWorld } from './adapter.js'

export function rejectedTokenCases<Http extends AnyHttp>({ HTTPError }: Adapter<Http>, world: () => CaseWorld<Http>): void {
  it('UI06: renews once and repeats once; the body in JSON goes along', async () => {
    const { api, seen, tokenRequests, authorizations, forget } = world()
    const { http } = await world().session()
    forget()
    const answer = await http.post(`${api}/me`, { json: { a: 1 } }).json()
    expect(answer).toEqual({ path: '/me', method: 'POST', body: '{"a":1}' })
    expect(authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
    expect(seen.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}'])
    expect(tokenRequests).toHaveLength(1)
  })

  it('a multipart body goes along', async () => {
    const { http } = await world().session()
    world().forget()
    const form = new FormData()
    form.set('file', new Blob(['contents']), 'name.txt')
    await http.post(`${world().api}/me`, { body: form })
    expect(world().seen).toHaveLength(2)
    for (const { body, headers } of world().seen) {
      expect(body).toContain('contents')
      expect(body).toContain(/boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1])
    }
  })

  it('is repeated after a retry of the client, too, once', async () => {
    const { http } = await world().session()
    let count = 0
    world().on('/flaky', (_seen, response) => {
      count += 1
      json(response, [503, 401, 200][count - 1] ?? 500, {}, { 'retry-after': '0' })
    })
    await http.get(`${world().api}/flaky`)
    expect(world().authorizations()).toEqual(['Bearer access-1', 'Bearer access-1', 'Bearer access-2'])
  })

  it.each([403, 404, 500])('%i renews nothing', async (status) => {
    const { http } = await world().session()
    world().on('/no', (_seen, response) => json(response, status, {}))
    await expect(http.post(`${world().api}/no`)).rejects.toBeInstanceOf(HTTPError)
    expect(world().tokenRequests).toHaveLength(0)
    expect(world().seen).toHaveLength(1)
  })

  it('twenty at once: one renewal', async () => {
    const { http } = await world().session()
    world().forget()
    await Promise.all(Array.from({ length: 20 }, () => http.get(`${world().api}/me`)))
    expect(world().tokenRequests).toHaveLength(1)
  })
}
