import { describe, expect, it, test } from 'vitest'
import { json } from '../../test/answers.js'
import * as presets from '../presets.js'
import { webContext } from '../route/web-context.js'
import { sessionOver, wire } from '../session/testing/fixture.js'
import type { IssuerPreset, ServerPreset } from './preset.js'

const { auth0, okta, keycloak, gitlab, facebook, twitch, stackexchange, microsoft, ...constants } = presets

const PRESETS: Readonly<Record<string, IssuerPreset | ServerPreset>> = {
  ...constants,
  auth0: auth0({ domain: 'example.eu.auth0.com' }),
  okta: okta({ domain: 'example.okta.com' }),
  keycloak: keycloak({ url: 'https://sso.example/', realm: 'main' }),
  gitlab: gitlab(),
  facebook: facebook({ version: 'v7.0' }),
  twitch: twitch({ clientId: 'client' }),
  stackexchange: stackexchange({ site: 'stackoverflow', key: 'k' }),
  microsoft: microsoft({ tenant: 'common', tenants: ['a'] }),
}

const own = { clientId: 'client', clientSecret: 'the-client-secret' }

describe.each(Object.entries(PRESETS))('B5: %s', (_name, preset) => {
  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(preset))).toEqual(preset)
  })

  it('fits a session, and a provider of the login routes', () => {
    const line = wire(() => json({}))
    const { issuer, server } = { issuer: undefined, server: undefined, ...preset }
    expect(() => sessionOver(line, { ...preset, issuer, server, ...own })).not.toThrow()
    const options = {
      baseUrl: 'https://app.example',
      secret: 'a secret that is long enough for sealing',
      providers: { one: { ...preset, ...own } },
    }
    expect(() => webContext(options, line.client)).not.toThrow()
  })
})

test('B5: a login at GitHub brings a token, and who it is, by the preset alone', async () => {
  const line = wire(({ endpoint }) =>
    json(
      endpoint === 'token' ? { access_token: 'A', token_type: 'bearer', scope: 'user:email' } : { id: 583_231, login: 'alice', plan: {} },
    ),
  )
  const session = sessionOver(line, { ...presets.github, ...own, redirectUri: 'https://app.example/cb' })
  const { url, transaction, state } = await session.createAuthorizationUrl()
  expect(url).toMatch(/^https:\/\/github\.com\/login\/oauth\/authorize\?.*scope=user%3Aemail/)
  await session.fetchToken({ authorizationResponse: `?code=c&state=${state}`, transaction })
  expect(await session.userinfo()).toEqual({ sub: '583231', preferred_username: 'alice' })
})

test('B5, ID08: Microsoft: a template where many tenants may log in, and the strict issuer of one', () => {
  expect(microsoft({ tenant: 'common' })).toMatchObject({ quirks: { templatedIssuer: true } })
  expect(microsoft({ tenant: 'organizations', tenants: ['a'] })).toMatchObject({ quirks: { templatedIssuer: { tenants: ['a'] } } })
  expect(microsoft({ tenant: 'a-b-c' })).toEqual({ issuer: 'https://login.microsoftonline.com/a-b-c/v2.0', scope: 'openid email profile' })
})
