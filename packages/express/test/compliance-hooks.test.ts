import { fetchClient } from '@oauth/core/fetch'
import { afterEach, describe, expect, it } from 'vitest'
import { type ProviderOptions, requireLogin } from '../src/index.js'
import { clock, closeAll, hostileWorld } from './world.js'

afterEach(closeAll)

type Options = Partial<ProviderOptions<typeof fetch>>
type Hooks = Required<NonNullable<Options['complianceHooks']>>

/** An application whose provider wraps its token answers as no standard says, and whose page calls the provider's API. */
async function application(provider: Options, wrapped = true) {
  const environment = clock()
  let count = 0
  const app = await hostileWorld({
    provider: { scope: 'read', ...provider },
    options: { environment },
    routes: (made) => {
      made.get('/items', requireLogin(), async (req, res) => {
        const answer = await req.oauth.client()(`${app.server.url}/api?page=2`)
        res.json(await answer.json())
      })
    },
  })
  app.server.answer('token', () => {
    count += 1
    const data = { access_token: `access-${count}`, refresh_token: `refresh-${count}`, token_type: 'Bearer', expires_in: 3600 }
    return { body: wrapped ? { data } : data }
  })
  app.server.answer('/api', ({ url, headers }) => ({ body: { url, authorization: headers.authorization ?? null } }))
  return {
    ...app,
    environment,
    login: () => app.browser.goto(`${app.url}/auth/demo/login`),
    items: async () => (await app.browser.fetch(`${app.url}/items`)).json(),
  }
}

const unwrap: Hooks['access_token_response'] = ({ body }) => ({ json: JSON.parse(new TextDecoder().decode(body)).data })

/** Marks a request with the name of the hook that saw it. */
const marked = (name: string): Hooks['access_token_request'] => {
  return (request) => ({ ...request, headers: { ...request.headers, 'x-hook': name } })
}

describe('S62: complianceHooks of a provider', () => {
  it('S63: put token answers right at the callback and at a renewal, each by its own hook', async () => {
    const app = await application({
      complianceHooks: {
        access_token_request: marked('access'),
        access_token_response: unwrap,
        refresh_token_request: marked('refresh'),
        refresh_token_response: async (response) => unwrap(response),
      },
    })
    await app.login()
    expect(await app.items()).toMatchObject({ authorization: 'Bearer access-1' })
    app.environment.ahead = 4000
    expect(await app.items()).toMatchObject({ authorization: 'Bearer access-2' })
    expect(app.server.requestsTo('token').map(({ headers }) => headers['x-hook'])).toEqual(['access', 'refresh'])
  })

  it('S62: without the hook the login fails, and without the one for renewals the renewal does', async () => {
    const without = await application({})
    expect((await without.login()).body).toContain('OAUTH_')
    expect((await without.browser.fetch(`${without.url}/items`)).status).toBe(401)

    const app = await application({ complianceHooks: { access_token_response: unwrap } })
    await app.login()
    app.environment.ahead = 4000
    expect((await app.browser.fetch(`${app.url}/items`)).status).toBeGreaterThanOrEqual(500)
  })

  it('S64: protected_request changes what req.oauth.client() sends, after the token was put on it', async () => {
    const seen: (string | undefined)[] = []
    const app = await application(
      {
        complianceHooks: {
          protected_request: (request) => {
            seen.push(request.headers['authorization'])
            return { ...request, url: `${request.url}&site=stackoverflow` }
          },
        },
      },
      false,
    )
    await app.login()
    expect(await app.items()).toEqual({ url: '/api?page=2&site=stackoverflow', authorization: 'Bearer access-1' })
    expect(seen).toEqual(['Bearer access-1'])
  })

  it('S62: revoke_token_request is called at the logout', async () => {
    const app = await application({ complianceHooks: { revoke_token_request: marked('revoke') } }, false)
    app.server.answer('revocation', { status: 200 })
    await app.login()
    await app.browser.goto(`${app.url}/auth/logout`)
    expect(app.server.requestsTo('revocation').map(({ headers }) => headers['x-hook'])).toEqual(['revoke'])
  })

  it('B1: a type that does not exist is refused at once', async () => {
    await expect(application({ complianceHooks: { token_response: unwrap } as Partial<Hooks> })).rejects.toThrow(
      /Types: access_token_request/,
    )
  })
})

describe('S49, S64: quirks of the API', () => {
  it('resourceQuery, and a token in the query, are on what req.oauth.client() sends; no header is', async () => {
    const app = await application({ tokenPlacement: 'query', quirks: { resourceQuery: { v: '5.80' }, tokenParameter: 'token' } }, false)
    await app.login()
    expect(await app.items()).toEqual({ url: '/api?page=2&v=5.80&token=access-1', authorization: null })
    app.environment.ahead = 4000
    expect(await app.items()).toEqual({ url: '/api?page=2&v=5.80&token=access-2', authorization: null })
  })
})

it('B6, Authlib #704: the name that `http` gives itself is told to every endpoint of the provider; without `http` that of Node', async () => {
  const named: typeof fetch = (input, init) => fetch(input, { ...init, headers: { 'user-agent': 'mine/1.0', ...init?.headers } })
  for (const [options, expected] of [
    [{ http: fetchClient(named) }, 'mine/1.0'],
    [{}, 'node'],
  ] as const) {
    const app = await hostileWorld({ provider: { scope: 'read' }, options })
    app.server.answer('token', () => ({ body: { access_token: 'access-1', token_type: 'Bearer' } }))
    await app.browser.goto(`${app.url}/auth/demo/login`)
    const seen = ['discovery', 'token'].map((endpoint) =>
      app.server.requestsTo(endpoint as 'token').map(({ headers }) => headers['user-agent']),
    )
    expect(seen).toEqual([[expected], [expected]])
  }
})
