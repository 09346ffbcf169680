import { expect, it } from 'vitest'
import type { Adapter, AnyHttp, CaseWorld } from './adapter.js'

export function tokenOriginCases<Http extends AnyHttp>({ HTTPError, instance }: Adapter<Http>, world: () => CaseWorld<Http>): void {
  it.each([302, 307])('RD09: a %i to another origin: the request goes there without the token', async (status) => {
    const { api, elsewhere, seenElsewhere } = world()
    const { http } = await world().session()
    world().on('/away', (_seen, response) => response.writeHead(status, { location: `${elsewhere}/got` }).end())
    await http.get(`${api}/away`)
    expect(world().authorizations()).toEqual(['Bearer access-1'])
    expect(seenElsewhere).toHaveLength(1)
    expect(seenElsewhere[0]?.headers.authorization).toBeUndefined()
  })

  it('RD10: allowedOrigins names others', async () => {
    const { api, elsewhere, seenElsewhere } = world()
    const { http } = await world().session({ allowedOrigins: [elsewhere] })
    await http.get(elsewhere)
    expect(seenElsewhere[0]?.headers.authorization).toBe('Bearer access-1')
    await expect(http.get(`${api}/me`)).rejects.toMatchObject({ code: 'OAUTH_ORIGIN_NOT_ALLOWED' })
  })

  it('RD10: plain http beyond loopback gets none', async () => {
    const { http } = await world().session()
    await expect(http.get('http://api.example.invalid/')).rejects.toMatchObject({ code: 'OAUTH_ORIGIN_NOT_ALLOWED' })
  })

  it('S51: session.extend(existing): the token goes where that instance calls, and is on no other', async () => {
    const { api, elsewhere, seen } = world()
    const session = await world().session()
    const existing = instance({ base: api, headers: { 'user-agent': 'mine' } })
    const authorised = session.extend(existing)
    expect(await authorised.get('me').json()).toMatchObject({ path: '/me' })
    expect(seen[0]?.headers).toMatchObject({ 'user-agent': 'mine', authorization: 'Bearer access-1' })
    await expect(authorised.get(new URL(elsewhere))).rejects.toMatchObject({ code: 'OAUTH_ORIGIN_NOT_ALLOWED' })
    await existing.get('me', { throwHttpErrors: false })
    expect(world().authorizations()).toEqual(['Bearer access-1', undefined])
  })

  it('S48: a request that has an authorization already is left alone, its 401 too', async () => {
    const { http } = await world().session()
    const headers = { authorization: 'Basic bWluZQ==' }
    await expect(http.post(`${world().api}/me`, { headers, json: {} })).rejects.toBeInstanceOf(HTTPError)
    expect(world().authorizations()).toEqual(['Basic bWluZQ=='])
    expect(world().tokenRequests).toHaveLength(0)
  })
}
