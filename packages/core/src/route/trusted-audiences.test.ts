import { expect, it } from 'vitest'
import { world } from './testing/world.js'

it('OpenID Connect Core §3.1.3.7 step 3: a provider whose ID tokens also name its own API', async () => {
  const consent = { claims: { aud: ['client', 'account'] } }
  const trusting = world({}, { trustedAudiences: ['account'] })
  const browser = trusting.browser()
  expect(await trusting.login(browser, consent)).toMatchObject({ status: 303, error: undefined })
  expect((await browser.open()).user?.sub).toBe('alice')

  const strict = world()
  expect((await strict.login(strict.browser(), consent)).error).toMatchObject({ code: 'OAUTH_ID_TOKEN_AUD' })
})
