import { describe, expect, it } from 'vitest'
import { thrown } from '../../test/answers.js'
import { addToForm } from '../http/http-request.js'
import { AS, json, server, sessionOver, wire } from './testing/fixture.js'

const metadata = { ...server, introspection_endpoint: `${AS}/introspect` }
const TOKEN = { access_token: 'access', refresh_token: 'refresh' }

describe('S59: introspectToken', () => {
  it('RFC 7662 §2.2: gives what the server says; its answer as it came is there and not printed', async () => {
    const line = wire(() => json({ active: true, scope: 'read', own: 1 }))
    const result = await sessionOver(line, { server: metadata, token: TOKEN }).introspectToken({
      token: 'some',
      tokenTypeHint: 'access_token',
    })
    expect(result).toEqual({ active: true, scope: 'read', own: 1 })
    expect(result.response.status).toBe(200)
    expect(JSON.stringify(result)).not.toContain('response')
    expect(line.requests[0]).toMatchObject({
      endpoint: 'introspection',
      url: `${AS}/introspect`,
      body: 'token=some&token_type_hint=access_token',
    })
  })

  it('a token that is not active is an answer, not an error', async () => {
    const session = sessionOver(
      wire(() => json({ active: false })),
      { server: metadata, token: TOKEN },
    )
    expect(await session.introspectToken()).toEqual({ active: false })
  })

  it.each([
    ['the refresh token', TOKEN, {}, 'token=refresh&token_type_hint=refresh_token'],
    ['the access token, where there is no other', { access_token: 'access' }, {}, 'token=access'],
    ['the kind that is named', TOKEN, { tokenTypeHint: 'access_token' }, 'token=access&token_type_hint=access_token'],
  ] as const)('S60: without a token it asks about %s', async (_name, token, options, body) => {
    const line = wire(() => json({ active: true }))
    await sessionOver(line, { server: metadata, token }).introspectToken(options)
    expect(line.requests[0]?.body).toBe(body)
  })

  it('C15: no token at all is a UsageError, and nothing is sent', async () => {
    const line = wire(() => json({ active: true }))
    const error = await thrown(() => sessionOver(line, { server: metadata }).introspectToken())
    expect(error).toMatchObject({ name: 'UsageError', code: 'OAUTH_MISSING_TOKEN' })
    expect(line.requests).toHaveLength(0)
  })

  it('S61: authenticates as at the token endpoint, not as for revocation', async () => {
    const line = wire(() => json({ active: true }))
    const methods = { tokenEndpointAuthMethod: 'client_secret_post', revocationEndpointAuthMethod: 'client_secret_basic' }
    await sessionOver(line, { server: metadata, token: TOKEN, ...methods }).introspectToken()
    expect(line.requests[0]?.body).toContain('client_secret=')
    expect(line.requests[0]?.headers['authorization']).toBeUndefined()
  })

  it('S61, S62: its hook gets the request before client authentication', async () => {
    const line = wire(() => json({ active: true }))
    const session = sessionOver(line, { server: metadata, token: TOKEN, tokenEndpointAuthMethod: 'client_secret_post' })
    session.registerComplianceHook('introspect_token_request', (request) => addToForm(request, [['mine', '1']]))
    await session.introspectToken({ token: 't' })
    expect(line.requests[0]?.body).toBe('token=t&mine=1&client_id=client&client_secret=the-client-secret')
  })

  it('S61: the endpoint can be given with the call, and is looked for in the metadata otherwise', async () => {
    const line = wire(() => json({ active: true }))
    await sessionOver(line, { token: TOKEN }).introspectToken({ endpoint: `${AS}/other` })
    expect(line.requests[0]?.url).toBe(`${AS}/other`)
    expect(await thrown(() => sessionOver(line, { token: TOKEN }).introspectToken())).toMatchObject({ code: 'OAUTH_ENDPOINT_MISSING' })
  })

  it('an unknown option is refused', async () => {
    const error = await thrown(() => sessionOver(wire(() => json({}))).introspectToken({ hint: 'x' } as never))
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining('introspectToken: there is no option "hint"') })
  })
})
