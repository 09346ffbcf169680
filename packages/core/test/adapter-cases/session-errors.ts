import { expect, it } from 'vitest'
import type { Adapter, AnyHttp, CaseWorld } from './adapter.js'

export function sessionErrorCases<Http extends AnyHttp>({ OAuth2Session, HTTPError }: Adapter<Http>, world: () => CaseWorld<Http>): void {
  it('S47: without a token, a UsageError, unwrapped; nothing is sent', async () => {
    const { api, seen } = world()
    const session = new OAuth2Session({ server: { issuer: api, token_endpoint: `${api}/token` }, clientId: 'client' })
    for (const call of [session.http.get(`${api}/me`), session.http.get(`${api}/me`).json()]) {
      await expect(call).rejects.toMatchObject({ name: 'UsageError', code: 'OAUTH_MISSING_TOKEN' })
    }
    expect(seen).toHaveLength(0)
  })

  it('RF11: the end of a session is a RefreshError, unwrapped, and is not retried by the client', async () => {
    const { api, seen, tokenRequests, tokenAnswer } = world()
    const session = await world().session()
    await session.setToken({ ...session.token, access_token: 'old', expires_at: 1 })
    tokenAnswer(400, { error: 'invalid_grant' })
    await expect(session.http.get(`${api}/me`).json()).rejects.toMatchObject({ name: 'RefreshError', code: 'OAUTH_REFRESH_TERMINAL' })
    expect(tokenRequests).toHaveLength(1)
    expect(seen).toHaveLength(0)
  })

  it('RF11: also when a 401 brought it about', async () => {
    const { http } = await world().session()
    world().forget()
    world().tokenAnswer(400, { error: 'invalid_grant' })
    await expect(http.get(`${world().api}/me`)).rejects.toMatchObject({ name: 'RefreshError', code: 'OAUTH_REFRESH_TERMINAL' })
  })

  it('RF12: an authorization server in trouble leaves the API’s 401 to the client', async () => {
    const { http } = await world().session()
    world().forget()
    world().tokenAnswer(503, {})
    await expect(http.get(`${world().api}/me`)).rejects.toBeInstanceOf(HTTPError)
  })
}
