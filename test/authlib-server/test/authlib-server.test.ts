import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthlibServer, findPython, startAuthlibServer } from '../src/index.ts'

const python = await findPython()

it('says why there is no server, where there is none', async () => {
  const { missing } = await findPython(['/no/such/python'])
  expect(missing).toContain('python3-authlib')
  expect(missing).toContain('ENOENT')
})

describe.skipIf(python.missing)(`the Authlib server${python.missing ? ` (skipped: ${python.missing})` : ''}`, () => {
  let server: AuthlibServer
  beforeAll(async () => {
    server = await startAuthlibServer(python.command ?? '')
  })
  afterAll(() => server.close())

  it('publishes metadata and keys under its issuer', async () => {
    const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()
    expect(metadata).toMatchObject({ issuer: server.issuer, jwks_uri: `${server.issuer}/jwks`, token_endpoint: `${server.issuer}/token` })
    const keys = await (await fetch(`${server.issuer}/jwks`)).json()
    expect(keys).toEqual({ keys: [{ kty: 'RSA', alg: 'RS256', use: 'sig', kid: 'rs256', n: expect.any(String), e: 'AQAB' }] })
  })

  it('knows a client once it is registered, and no other secret', async () => {
    const { client_id, client_secret } = await server.addClient()
    const ask = (secret: string) =>
      fetch(`${server.issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${client_id}:${secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
    expect((await ask(client_secret)).status).toBe(200)
    expect((await ask('another')).status).toBe(401)
    expect((await server.requests()).filter(({ grantType }) => grantType === 'client_credentials')).toEqual([
      { method: 'POST', endpoint: 'token', grantType: 'client_credentials', status: 200 },
      { method: 'POST', endpoint: 'token', grantType: 'client_credentials', status: 401 },
    ])
  })

  it('RFC 7636 §4.6: a public client gets nothing for a code without its verifier', async () => {
    const { client_id, redirect_uris } = await server.addClient({ token_endpoint_auth_method: 'none' })
    const [redirect_uri = ''] = redirect_uris
    const request = new URLSearchParams({ response_type: 'code', client_id, redirect_uri })
    const answer = await fetch(`${server.issuer}/authorize?${request}`, { redirect: 'manual' })
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const redeem = new URLSearchParams({ grant_type: 'authorization_code', client_id, redirect_uri, code })
    expect((await fetch(`${server.issuer}/token`, { method: 'POST', body: redeem })).status).toBe(400)
  })

  it.each([
    ['token', ['access_token']],
    ['id_token', ['id_token']],
    ['id_token token', ['access_token', 'id_token']],
    ['code id_token', ['code', 'id_token']],
    ['code token', ['access_token', 'code']],
    ['code id_token token', ['access_token', 'code', 'id_token']],
  ])('OAuth 2.0 Multiple Response Types §5: %s comes in the fragment', async (response_type, expected) => {
    const { client_id, redirect_uris } = await server.addClient({ token_endpoint_auth_method: 'none', response_types: [response_type] })
    const asked = { client_id, response_type, scope: 'openid', nonce: response_type, redirect_uri: redirect_uris[0] ?? '' }
    const answer = await fetch(`${server.issuer}/authorize?${new URLSearchParams(asked)}`, { redirect: 'manual' })
    const fragment = new URLSearchParams(new URL(answer.headers.get('location') ?? '').hash.slice(1))
    expect([...fragment.keys()].filter((name) => /^(code|.*_token)$/.test(name)).sort()).toEqual(expected)
    expect(server.failures).toBe('')
  })

  it('ends when it is closed, once and twice', async () => {
    const another = await startAuthlibServer(python.command ?? '')
    await another.close()
    await another.close()
    await expect(fetch(`${another.issuer}/jwks`)).rejects.toThrow()
  })

  it('a server that cannot start says what it printed', async () => {
    await expect(startAuthlibServer('/bin/false')).rejects.toThrow('did not start')
  })
})
