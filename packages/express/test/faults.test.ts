import {
  createBrowser,
  createSigner,
  login,
  type Signer,
  startHostileServer,
  startProvider,
  startResourceServer,
} from '@oauth-test/provider'
import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { clock, closeAll, closing, hostileWorld, registered, serve } from './world.js'

afterEach(closeAll)

const first = createSigner({ alg: 'RS256' })
const second = createSigner({ alg: 'RS256' })
const MINUTE = 60

/** An application in front of a server that signs with the key it is given; both go by one clock. */
async function openid() {
  const time = clock()
  const app = await hostileWorld({ options: { environment: time } })
  const { server, url } = app
  return {
    ...app,
    time,
    publish: (...signers: readonly Signer[]) => server.answer('jwks', { body: { keys: signers.map(({ jwk }) => jwk) } }),
    sign(signer: Signer, claims: object = {}): void {
      server.answer('token', () => {
        const asked = server.requestsTo('authorization').at(-1)?.url ?? ''
        const nonce = new URL(asked, server.url).searchParams.get('nonce')
        const iat = Math.floor(time.now())
        const id_token = signer.sign({ iss: server.url, sub: 'alice', aud: 'client', iat, exp: iat + 300, nonce, ...claims })
        return { body: { access_token: 'access', refresh_token: 'refresh', token_type: 'Bearer', expires_in: 3600, id_token } }
      })
    },
    /** A login in a browser of its own: whether somebody is logged in after it. */
    async logsIn(browser = createBrowser()): Promise<boolean> {
      await browser.goto(`${url}/auth/demo/login`)
      return (await browser.fetch(`${url}/auth/user`)).status === 200
    },
  }
}

describe('keys', () => {
  it('F24: one that is changed right after they were fetched: one more request, and the next login works', async () => {
    const { publish, sign, logsIn, server } = await openid()
    publish(first)
    sign(first)
    expect(await logsIn()).toBe(true)
    publish(second)
    sign(second)
    expect([await logsIn(), await logsIn()]).toEqual([true, true])
    expect(server.requestsTo('jwks')).toHaveLength(2)
  })

  it('F25: that cannot be fetched for ten minutes: logins go on with the known ones', async () => {
    const { publish, sign, logsIn, server, time } = await openid()
    publish(first)
    sign(first)
    expect(await logsIn()).toBe(true)
    server.answer('jwks', { status: 503 })
    for (const minutes of [5, 10, 15]) {
      time.ahead = minutes * MINUTE
      expect(await logsIn()).toBe(true)
    }
    sign(second)
    expect(await logsIn()).toBe(false)
  })
})

it.each([
  ['token_endpoint', 400, 'OAUTH_ENDPOINT_CHANGED'],
  ['issuer', 502, 'OAUTH_ISSUER_MISMATCH'],
])('F26: another %s between the start of a login and its end: the code goes nowhere', async (member, status, code) => {
  const { publish, sign, logsIn, server, time, url, browser } = await openid()
  const elsewhere = closing(await startHostileServer())
  publish(first)
  sign(first)
  expect(await logsIn()).toBe(true)
  time.ahead = 55 * MINUTE
  server.answer('authorization', ({ url: asked }) => {
    server.answer('discovery', { body: server.metadata({ [member]: member === 'issuer' ? elsewhere.url : `${elsewhere.url}/token` }) })
    const { searchParams } = new URL(asked, server.url)
    const answer = new URLSearchParams({ code: 'C', state: searchParams.get('state') ?? '', iss: server.url })
    // While the person thinks it over, what is known of the server grows older than an hour.
    time.ahead += 9 * MINUTE
    return { fault: 'redirect', status: 303, location: `${searchParams.get('redirect_uri')}?${answer}` }
  })
  const page = await browser.goto(`${url}/auth/demo/login`)
  expect([page.status, page.body]).toEqual([status, expect.stringContaining(code)])
  expect(server.requestsTo('token')).toHaveLength(1)
  expect(elsewhere.requests).toEqual([])
})

it('F27: the secret is changed while people are logged in: nobody is logged out, and what is written next is sealed with the new one', async () => {
  const provider = closing(await startProvider({ accessTokenTtl: 60 }))
  const api = closing(await startResourceServer({ provider }))
  const time = clock()
  let oauth = express.Router()
  const { url } = await serve(async (self) => {
    oauth.use(await registered(provider, self, { clock: time }))
    return express()
      .use((req, res, next) => oauth(req, res, next))
      .get('/items', async (req, res) => void res.json((await req.oauth.client()(`${api.url}/me`)).status))
  })
  const secrets = async (...secret: string[]) => {
    oauth = express.Router().use(await registered(provider, url, { clock: time, options: { secret } }))
  }
  const user = async (browser: ReturnType<typeof createBrowser>) => (await browser.fetch(`${url}/auth/user`)).status
  const [active, idle] = [createBrowser(), createBrowser()]
  for (const browser of [active, idle]) await login(await browser.goto(`${url}/auth/demo/login`), { username: 'alice' })

  await secrets('the second secret of the application, long enough', 'the first secret of the application, long enough')
  expect([await user(active), await user(idle)]).toEqual([200, 200])
  time.ahead += 61
  expect(await (await active.fetch(`${url}/items`)).json()).toBe(200)

  await secrets('the second secret of the application, long enough')
  expect([await user(active), await user(idle)]).toEqual([200, 401])
})

it('F29: a browser that drops one piece of the session cookie: logged out, the rest is cleared, and a new login works', async () => {
  const { publish, sign, browser, url, logsIn } = await openid()
  publish(first)
  sign(first, { bio: 'x'.repeat(1500) })
  expect(await logsIn(browser)).toBe(true)
  const pieces = () => browser.cookies.all(url).map(({ name }) => name)
  expect(pieces().length).toBeGreaterThan(1)
  browser.cookies.delete(pieces()[0] ?? '')
  expect((await browser.fetch(`${url}/auth/user`)).status).toBe(401)
  await browser.goto(`${url}/`)
  expect(pieces()).toEqual([])
  expect(await logsIn(browser)).toBe(true)
})
