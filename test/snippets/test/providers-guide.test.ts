import { type HostileServer, startHostileServer } from '@oauth-test/provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readGuide } from '../src/guide.ts'
import { httpClients, type Session, sessionOf } from '../src/http-clients.ts'

describe.each(httpClients)('docs/providers.md on %s: errors of Fitbit', (client) => {
  let server: HostileServer
  let readErrorsOfFitbit: (session: Session) => void

  beforeAll(async () => {
    server = await startHostileServer()
    const guide = await readGuide('docs/providers.md', client, {})
    ;({ readErrorsOfFitbit } = await guide.run<{ readErrorsOfFitbit(session: Session): void }>('fitbit'))
  })
  afterAll(async () => {
    await server.close()
  })

  function made(): Session {
    const session = new sessionOf[client]({
      server: { authorization_endpoint: `${server.url}/authorize`, token_endpoint: `${server.url}/token` },
      clientId: 'my-app',
      clientSecret: 'my-secret',
    })
    readErrorsOfFitbit(session)
    return session
  }
  const refuse = (errorType: string) =>
    server.answer('token', { status: 400, body: { success: false, errors: [{ errorType, message: 'It has been used' }] } })

  it('S63: a refusal of the token endpoint is told by its name', async () => {
    refuse('invalid_client')
    await expect(made().fetchToken()).rejects.toMatchObject({
      name: 'EndpointError',
      error: 'invalid_client',
      error_description: 'It has been used',
    })
  })

  it('S63: a refresh token that is no good ends the session', async () => {
    refuse('invalid_grant')
    const session = made()
    await session.setToken({ access_token: 'a', refresh_token: 'spent', expires_at: 1 })
    await expect(session.refreshToken()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'invalid_grant' })
  })

  it('a token, and what no application has written, are as ever', async () => {
    server.answer('token', { body: { access_token: 'a', token_type: 'Bearer' } }, { status: 502, body: '<h1>Bad gateway</h1>' })
    expect(await made().fetchToken()).toMatchObject({ access_token: 'a' })
    await expect(made().fetchToken()).rejects.toMatchObject({ name: 'ResponseError', status: 502 })
  })
})
