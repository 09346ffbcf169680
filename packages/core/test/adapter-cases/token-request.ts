import { expect, it } from 'vitest'
import type { Adapter, AnyHttp, CaseWorld } from './adapter.js'

const PUBLIC = { clientSecret: undefined, tokenEndpointAuthMethod: 'none' } as const

export function tokenRequestCases<Http extends AnyHttp>({ instance }: Adapter<Http>, world: () => CaseWorld<Http>): void {
  it('a public client sends no authorization, whatever the instance has', async () => {
    const session = await world().session({ http: instance({ headers: { authorization: 'Bearer api' } }), ...PUBLIC })
    await session.refreshToken()
    expect(world().tokenHeaders[0]).not.toHaveProperty('authorization')
    expect(world().tokenRequests[0]).toMatchObject({ client_id: 'client' })
  })

  it('an instance that another session authorised puts no token on token requests', async () => {
    const first = await world().session()
    const second = await world().session({ http: first.http, ...PUBLIC })
    await second.refreshToken()
    expect(world().tokenHeaders[0]).not.toHaveProperty('authorization')
  })
}
