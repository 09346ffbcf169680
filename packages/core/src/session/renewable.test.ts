import { describe, expect, it } from 'vitest'
import { json, sessionOver, wire } from './testing/fixture.js'

/** A server that says a scope only where the test wants it, one answer after the other. */
function over(...scopes: (string | undefined)[]) {
  const line = wire(() => {
    const scope = scopes.shift()
    return json({
      access_token: 'a',
      refresh_token: 'r',
      token_type: 'Bearer',
      ...(scope === undefined ? {} : { scope }),
    })
  })
  return {
    line,
    session: sessionOver(line, { scope: 'read write admin' }),
  }
}

describe('RFC 6749 §6: the scope of renewals', () => {
  it('less for one token is not less for the next, where the server says nothing', async () => {
    const { line, session } = over('read write')
    await session.fetchToken({
      username: 'u',
      password: 'p',
    })
    expect((await session.refreshToken({ scope: 'read' })).scope).toBe('read')
    expect((await session.refreshToken()).scope).toBe('read write')
    expect(line.tokenRequests().map(({ scope }) => scope)).toEqual(['read write admin', 'read', undefined])
  })

  it('so too for a token that was handed in', async () => {
    const { session } = over()
    await session.setToken({
      access_token: 'a',
      refresh_token: 'r',
      scope: 'read write',
    })
    await session.refreshToken({ scope: ['read'] })
    expect((await session.refreshToken()).scope).toBe('read write')
  })

  it('what the server says counts', async () => {
    const { session } = over(undefined, 'read', 'read write')
    await session.fetchToken({
      username: 'u',
      password: 'p',
    })
    expect((await session.refreshToken()).scope).toBe('read')
    expect((await session.refreshToken({ scope: 'write' })).scope).toBe('read write')
  })
})

describe('RFC 6749 §4.4: client credentials are asked for again', () => {
  const answering = () =>
    wire(() =>
      json({
        access_token: 'a',
        token_type: 'Bearer',
        scope: 'read',
      }),
    )

  it('with the scope of the first time, whatever was granted or asked for in between', async () => {
    const line = answering()
    const session = sessionOver(line, { scope: 'read write' })
    await session.fetchToken()
    await session.refreshToken({ scope: 'read' })
    await session.refreshToken()
    expect(line.tokenRequests().map(({ scope }) => scope)).toEqual(['read write', 'read', 'read write'])
  })

  it('with the parameters of the first time, each replaced by that of the call where there is one', async () => {
    const line = answering()
    const session = sessionOver(line)
    await session.fetchToken({
      parameters: {
        tenant: '1',
        audience: 'api',
      },
    })
    await session.refreshToken({ parameters: { tenant: '2' } })
    await session.refreshToken()
    expect(line.requests.map(({ body }) => body)).toEqual([
      'grant_type=client_credentials&tenant=1&audience=api',
      'grant_type=client_credentials&audience=api&tenant=2',
      'grant_type=client_credentials&tenant=1&audience=api',
    ])
  })
})
