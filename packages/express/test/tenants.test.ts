import { createSigner, type HostileServer, startHostileServer } from '@oauth-test/provider'
import { afterEach, describe, expect, it } from 'vitest'
import { requireLogin, type TenantOptions, type TenantProvider } from '../src/index.js'
import { closeAll, closing, hostileWorld } from './world.js'

afterEach(closeAll)

const signer = createSigner({ alg: 'RS256' })

/** The server of a tenant. Its authorization endpoint consents to everything. */
async function tenantServer(name: string, metadata: Readonly<Record<string, unknown>> = {}): Promise<HostileServer> {
  const server = closing(await startHostileServer())
  const asked = () => new URL(server.requestsTo('authorization').at(-1)?.url ?? '', server.url).searchParams
  server.answer('discovery', () => ({ body: server.metadata(metadata) }))
  server.answer('authorization', () => {
    const answer = new URLSearchParams({ code: 'the-code', state: asked().get('state') ?? '', iss: server.url })
    return { fault: 'redirect', status: 303, location: `${asked().get('redirect_uri')}?${answer}` }
  })
  server.answer('jwks', { body: { keys: [signer.jwk] } })
  server.answer('token', () => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: server.url, sub: `person-of-${name}`, aud: name, iat: now, exp: now + 300, nonce: asked().get('nonce') }
    return { body: { access_token: `access-${name}`, token_type: 'Bearer', expires_in: 3600, id_token: signer.sign(claims) } }
  })
  server.answer('/api', ({ headers }) => ({ body: { authorization: headers.authorization } }))
  return server
}

/** An application whose tenant is in a cookie of its own. */
async function application(servers: Readonly<Record<string, HostileServer>>) {
  const demo: TenantProvider<typeof fetch> = async ({ cookies }): Promise<TenantOptions<typeof fetch> | undefined> => {
    const tenant = cookies.find(([name]) => name === 'tenant')?.[1]
    if (tenant === 'broken') throw new RangeError('the database of tenants is down')
    const issuer = servers[tenant ?? '']?.url
    return issuer === undefined ? undefined : { issuer, clientId: tenant ?? '', clientSecret: 'the-client-secret', scope: 'openid' }
  }
  const errors: unknown[] = []
  const app = await hostileWorld({
    options: { providers: { demo } },
    routes: (made) => {
      made.get('/tenant/:tenant', (req, res) => void res.cookie('tenant', req.params.tenant).send('chosen'))
      made.get('/items', requireLogin(), async (req, res) => {
        const answer = await req.oauth.client()(`${req.oauth.user?.iss}/api`)
        res.json(await answer.json())
      })
    },
    handler: (error, _req, res, _next) => {
      errors.push(error)
      res.status(res.statusCode === 200 ? 500 : res.statusCode).send('own page')
    },
  })
  const json = async (path: string) => (await app.browser.fetch(`${app.url}${path}`)).json()
  return { ...app, errors, json, choose: (tenant: string) => app.browser.goto(`${app.url}/tenant/${tenant}`) }
}

describe('B3: a provider whose options are a function of the request', () => {
  it("a person of each tenant logs in at its server; another tenant's pages send them to the login", async () => {
    const servers = { one: await tenantServer('one'), two: await tenantServer('two') }
    const app = await application(servers)
    for (const tenant of ['one', 'two'] as const) {
      await app.choose(tenant)
      expect(await app.browser.fetch(`${app.url}/items`)).toMatchObject({ status: 401 })
      const page = await app.browser.goto(`${app.url}/items`)
      expect(page.status).toBe(200)
      expect(await app.json('/items')).toEqual({ authorization: `Bearer access-${tenant}` })
      expect(await app.json('/auth/user')).toMatchObject({ iss: servers[tenant].url, sub: `person-of-${tenant}` })
    }
    expect(app.errors).toEqual([])
  })

  it("what it throws is the application's error, as it is, and no login page of ours", async () => {
    const app = await application({})
    await app.choose('broken')
    const page = await app.browser.goto(`${app.url}/auth/demo/login`)
    expect([page.status, page.body, app.errors]).toEqual([500, 'own page', [expect.any(RangeError)]])
  })

  it('without a tenant there is no login to be found', async () => {
    const app = await application({})
    const { status, body } = await app.browser.goto(`${app.url}/auth/demo/login`)
    expect([status, body]).toEqual([404, 'There is no login here for this request.'])
  })
})

it('AR11, RFC 9700 §4.4.2.2: a server that does not say who it is cannot share a redirect URI', async () => {
  const silent = await tenantServer('one', { authorization_response_iss_parameter_supported: false })
  const app = await application({ one: silent })
  await app.choose('one')
  expect((await app.browser.goto(`${app.url}/auth/demo/login`)).status).toBe(500)
  expect(app.errors).toEqual([expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('RFC 9700 §4.4.2.2') })])
  expect(silent.requestsTo('authorization')).toEqual([])
})
