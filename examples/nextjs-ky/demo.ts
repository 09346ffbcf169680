/**
 * The main job, end to end, against a real OpenID provider in this process: `npm run demo -- --nextjs`. With `--serve` it stays and waits for your
 * browser.
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
    console.log(`\n${paint('green', 'Everything held.')} See it with your own browser: npm run demo -- --nextjs --serve\n`)
  } catch (error) {
    console.error(`\n${paint('red', 'The demo failed.')}`, error)
    process.exitCode = 1
  } finally {
    await world.close()
  }
}

async function tell(): Promise<void> {
  const { example: provider, api, baseUrl } = world
  const { step } = narrator()
  const browser = createBrowser()
  const refreshes = () => provider.tokenRequests('refresh_token')
  const cookie = () => browser.cookies.get('oauth.session.0', baseUrl)

  console.log(paint('bold', 'Log in, call an API while a page is rendered, stay logged in'))
  console.log(`\n    provider     ${provider.issuer}   (oidc-provider: rotates refresh tokens, revokes all on reuse)`)
  console.log(`    API          ${api.url}   (asks the provider about each token)`)
  console.log(`    application  ${baseUrl}   (examples/nextjs-ky: next start, sessions in cookies)`)

  let page = await browser.goto(`${baseUrl}/items`)
  await step('A page behind protect() sends the browser to the provider', async ({ note, check }) => {
    const authorization = page.history.map(({ url }) => new URL(url)).find(({ pathname }) => pathname === '/auth')
    note(`GET /items without a session → /auth/example/login → ${authorization?.origin}${authorization?.pathname}`)
    check(
      'the request has PKCE (S256), a state and a nonce',
      authorization?.searchParams.get('code_challenge_method') === 'S256' &&
        authorization.searchParams.has('state') &&
        authorization.searchParams.has('nonce'),
    )
    check('the provider shows its login page', page.url.startsWith(provider.issuer))
  })

  await step('Alice logs in and consents; the callback finishes the login', async ({ note, check }) => {
    page = await login(page, { username: 'alice', consent: true })
    note(`the code came back to ${baseUrl}/auth/example/callback`)
    check('it was redeemed once', provider.tokenRequests('authorization_code') === 1)
    check(`the browser is back where it wanted to go: ${new URL(page.url).pathname}`, page.url === `${baseUrl}/items`)
  })

  await step('The page was rendered on the server, with what ky got from the API', async ({ check }) => {
    check(
      'the API accepted the token',
      api.requests.some(({ authorised, status }) => authorised && status === 200),
    )
    check('the page shows the items, and whose they are', page.text.includes('Item 5') && page.text.includes('alice@example.com'))
    check('no token is in it', !/eyJ|access_token|refresh_token/.test(page.body))
    const user = await (await browser.fetch(`${baseUrl}/auth/user`)).json()
    check(`what useUser() knows: ${user.name}, ${user.email}`, user.sub === 'alice' && user.access_token === undefined)
  })

  await step(`The access token expires (${ACCESS_TOKEN_TTL} s), and Alice goes on`, async ({ note, check }) => {
    await sleep(ACCESS_TOKEN_TTL * 1000 + 500)
    const [before, spent] = [cookie(), refreshes()]
    page = await browser.goto(`${baseUrl}/items?page=2`, { from: baseUrl })
    note('the proxy renewed the token before the page was rendered, and gave the new one to both')
    check('the page shows more items', page.status === 200 && page.text.includes('Item 10'))
    check('exactly one refresh', refreshes() - spent === 1)
    check('the rotated token was kept: the session cookie is a new one', cookie() !== before)
  })

  await step('It expires again, and twenty requests of scripts arrive at once', async ({ note, check }) => {
    await sleep(ACCESS_TOKEN_TTL * 1000 + 500)
    const spent = refreshes()
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.fetch(`${baseUrl}/api/items`)))
    note('twenty requests of one browser, each with the cookie that holds the expired token')
    check(
      'all twenty were answered',
      answers.every(({ status }) => status === 200),
    )
    check('exactly one refresh', refreshes() - spent === 1)
    check('no refresh token was used twice, and the provider has revoked nothing', provider.reuseDetected + provider.grantRevoked === 0)
  })

  await step('Alice logs out', async ({ note, check }) => {
    const stolen = browser.cookies.header(baseUrl)
    const { origin, pathname } = new URL((await browser.goto(`${baseUrl}/auth/logout`, { from: baseUrl })).url)
    note(`the session is over here, its tokens are revoked, the browser is at ${origin}${pathname}`)
    check(
      'the refresh token was revoked',
      provider.requests.some(({ endpoint, status }) => endpoint === 'revocation' && status === 200),
    )
    check('the session cookie is gone', cookie() === undefined)
    const replayed = await fetch(`${baseUrl}/api/items`, {
      headers: { cookie: stolen, accept: 'application/json', 'sec-fetch-mode': 'cors' },
    })
    check('a copy of the old session is refused', replayed.status === 401)
  })
}
