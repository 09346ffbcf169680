/**
 * The main job, end to end, against a real OpenID provider in this process: `npm run demo`. With `--serve` it stays and waits for your browser.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createBrowser, login } from '@oauth-test/provider'
import { narrator, paint } from '../narrator.ts'
import { ACCESS_TOKEN_TTL, startWorld } from './world.ts'

const serve = process.argv.includes('--serve')
const world = await startWorld(serve ? 60 : ACCESS_TOKEN_TTL)
if (serve) {
  console.log(`\n${paint('bold', 'The application is waiting for your browser')}\n\n    ${world.baseUrl}\n`)
  console.log('    Log in as "alice" or "bob", with any password. Access tokens live for 60 seconds. Stop with Ctrl+C.\n')
} else {
  try {
    await tell()
    console.log(`\n${paint('green', 'Everything held.')} See it with your own browser: npm run demo -- --serve\n`)
  } catch (error) {
    console.error(`\n${paint('red', 'The demo failed.')}`, error)
    process.exitCode = 1
  } finally {
    await world.close()
  }
}

async function tell(): Promise<void> {
  const { example: provider, api, baseUrl, sightings } = world
  const { step } = narrator()
  const browser = createBrowser()
  const refreshes = () => provider.tokenRequests('refresh_token')
  const seen = (endpoint: string) => sightings.filter((sighting) => sighting.endpoint === endpoint)

  console.log(paint('bold', 'Log in, call an API, stay logged in'))
  console.log(`\n    provider     ${provider.issuer}   (oidc-provider: rotates refresh tokens, revokes all on reuse)`)
  console.log(`    API          ${api.url}   (asks the provider about each token)`)
  console.log(`    application  ${baseUrl}   (examples/express-got)`)

  let page = await browser.goto(`${baseUrl}/items`)
  await step('The application sends the browser to the provider', async ({ note, check }) => {
    const authorization = new URL(
      page.history.map(({ url }) => url).find((url) => url.startsWith(`${provider.issuer}/auth?`)) ?? 'about:blank',
    )
    const { searchParams } = authorization
    note(`GET /items without a session → /auth/example/login → ${authorization.origin}${authorization.pathname}`)
    check(`discovery: ${seen('discovery')[0]?.url}`, seen('discovery').length === 1)
    check(
      'the request has PKCE (S256), a state and a nonce',
      searchParams.get('code_challenge_method') === 'S256' && searchParams.has('state') && searchParams.has('nonce'),
    )
    check('the provider shows its login page', page.url.startsWith(provider.issuer))
  })

  await step('Alice logs in and consents; the callback finishes the login', async ({ note, check }) => {
    page = await login(page, { username: 'alice', consent: true })
    const idToken = seen('token')[0]?.idToken
    note(`the code came back to ${baseUrl}/auth/example/callback and was redeemed once`)
    check(
      `ID token verified: ${idToken?.alg}, issuer ${idToken?.iss}, subject ${idToken?.sub}`,
      idToken?.iss === provider.issuer && seen('jwks').length === 1,
    )
    check(
      `the browser is back where it wanted to go: ${new URL(page.url).pathname}`,
      page.url === `${baseUrl}/items` && page.status === 200,
    )
    const user = await (await browser.fetch(`${baseUrl}/auth/user`)).json()
    check(`the application knows who it is: ${user.name}, ${user.email}`, user.sub === idToken?.sub)
  })

  await step('The application calls the API with the access token', async ({ note, check }) => {
    const answer = await browser.fetch(`${baseUrl}/api/items`)
    note(`GET ${api.url}/items → ${answer.status}`)
    check('the API accepted the token', answer.status === 200 && api.requests.some(({ authorised }) => authorised))
    check('no refresh was needed', refreshes() === 0)
  })

  await step(`The access token expires (${ACCESS_TOKEN_TTL} s), and twenty requests arrive at once`, async ({ note, check }) => {
    await sleep(ACCESS_TOKEN_TTL * 1000 + 500)
    const before = browser.cookies.get('oauth.session.0', baseUrl)
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.fetch(`${baseUrl}/api/items`)))
    note('twenty requests of one browser, each with the cookie that holds the expired token')
    check(
      'all twenty were answered',
      answers.every(({ status }) => status === 200),
    )
    check('exactly one refresh', refreshes() === 1)
    check('no refresh token was used twice', provider.reuseDetected === 0)
    check('the rotated token was kept: the session cookie is a new one', browser.cookies.get('oauth.session.0', baseUrl) !== before)
  })

  await step('It expires again: the rotated refresh token is good', async ({ check }) => {
    await sleep(ACCESS_TOKEN_TTL * 1000 + 500)
    const { status } = await browser.fetch(`${baseUrl}/api/items`)
    check('the API answers, after one more refresh', status === 200 && refreshes() === 2)
    check('the provider has revoked nothing', provider.grantRevoked === 0)
  })

  await step('Alice logs out', async ({ note, check }) => {
    const stolen = browser.cookies.header(baseUrl)
    const { origin, pathname } = new URL((await browser.goto(`${baseUrl}/auth/logout`, { from: baseUrl })).url)
    note(`the session is over here, its tokens are revoked, the browser is at ${origin}${pathname}`)
    check('the refresh token was revoked', seen('revocation').at(-1)?.status === 200)
    check('the session cookie is gone', browser.cookies.get('oauth.session.0', baseUrl) === undefined)
    const replayed = await fetch(`${baseUrl}/api/items`, {
      headers: { cookie: stolen, accept: 'application/json', 'sec-fetch-mode': 'cors' },
    })
    check('a copy of the old session is refused', replayed.status === 401)
  })
}
