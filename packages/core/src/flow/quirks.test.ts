import { describe, expect, test } from 'vitest'
import { json, play } from '../../test/answers.js'
import { testEnvironment } from '../../test/environment.js'
import { CLAIMS, cacheWith, client, server } from '../../test/parties.js'
import { createSigner } from '../../test/signer.js'
import type { OAuthEvent } from '../environment.js'
import { formDecode, toForm } from '../http/form.js'
import { authorizationRequest } from '../message/authorization-request.js'
import { tokenQuirks } from '../message/token-quirks.js'
import type { Quirks } from '../metadata/quirks.js'
import { createCache } from './cache.js'
import { type CachedServer, discover } from './discovery.js'
import { verifyIdToken } from './id-token.js'
import { refreshToken } from './refresh-token.js'
import { tokenGrant } from './token.js'

const good = { access_token: 'A', token_type: 'Bearer' }
const grant = toForm({ grant_type: 'client_credentials', scope: 'a b' })

/** A clock, and the quirks that told of themselves. */
function setting() {
  const fired: (string | undefined)[] = []
  return { fired, environment: testEnvironment({ emit: ({ quirk }: OAuthEvent) => void fired.push(quirk) }) }
}

describe('S24, C13, Authlib #303: getTokenRequest', () => {
  const quirks: Quirks = { getTokenRequest: true }

  test('parameters and the credentials of client_secret_post are in the query of a GET without a body', async () => {
    const { environment, fired } = setting()
    const vk = { ...client, token_endpoint_auth_method: 'client_secret_post', quirks }
    const { requests, value } = await play(tokenGrant(server, vk, { environment, grant, ...tokenQuirks(quirks, environment) }), json(good))
    expect(requests[0]).toMatchObject({
      method: 'GET',
      url: `${server.token_endpoint}?grant_type=client_credentials&scope=a+b&client_id=client&client_secret=the-client-secret`,
      headers: { accept: 'application/json', 'cache-control': 'no-store' },
    })
    expect(requests[0]).not.toHaveProperty('body')
    expect(requests[0]?.headers).not.toHaveProperty('content-type')
    expect(value).toEqual({ ...good, scope: 'a b' })
    expect(fired).toEqual(['getTokenRequest'])
  })

  test('S40: a public client names itself in the query, after that of the endpoint', async () => {
    const { environment } = setting()
    const endpoint = `${server.token_endpoint}?own=1`
    const options = { environment, grant, endpoint: `${endpoint}#`, ...tokenQuirks(quirks, environment) }
    const { requests } = await play(tokenGrant(server, { client_id: 'client', quirks }, options), json(good))
    expect(requests[0]?.url).toBe(`${endpoint}&grant_type=client_credentials&scope=a+b&client_id=client`)
  })

  test('a refresh is a GET as well; what the server echoes of it is cut out of the error', async () => {
    const { environment } = setting()
    const token = { ...good, refresh_token: 'the-refresh-token' }
    const options = { environment, token, keyCache: createCache<never>(), ...tokenQuirks(quirks, environment) }
    const flow = refreshToken(server, { ...client, quirks }, options)
    const echo = { error: 'invalid_grant', error_description: 'no the-refresh-token' }
    const { requests, error } = await play(flow, json(echo, 400))
    expect(requests[0]).toMatchObject({ method: 'GET', url: expect.stringContaining('refresh_token=the-refresh-token') })
    expect(error).toMatchObject({ error: 'invalid_grant', error_description: 'no [redacted]' })
  })

  test('C13: without it nothing is in the URL', async () => {
    const { environment, fired } = setting()
    const { requests } = await play(
      tokenGrant(server, { ...client, token_endpoint_auth_method: 'client_secret_post' }, { environment, grant }),
      json(good),
    )
    expect(requests[0]).toMatchObject({ method: 'POST', url: server.token_endpoint })
    expect(fired).toEqual([])
  })
})

describe('S3: scopeDelimiter, when sending', () => {
  const quirks: Quirks = { scopeDelimiter: ',' }

  test('to the authorization endpoint; the transaction keeps spaces, which is what the answer is compared with', async () => {
    const { environment, fired } = setting()
    const request = await authorizationRequest(server, { ...client, quirks }, { environment, scope: ['read', 'activity:write'] })
    expect(new URL(request.url).searchParams.get('scope')).toBe('read,activity:write')
    expect(request.transaction.scope).toBe('read activity:write')
    expect(fired).toEqual(['scopeDelimiter'])
  })

  test('to the token endpoint; a token whose answer says nothing of it has it with spaces', async () => {
    const { environment, fired } = setting()
    const options = { environment, grant, ...tokenQuirks(quirks, environment) }
    const { requests, value } = await play(tokenGrant(server, { ...client, quirks }, options), json(good))
    expect(formDecode(requests[0]?.body ?? '')).toContainEqual(['scope', 'a,b'])
    expect(value).toEqual({ ...good, scope: 'a b' })
    expect(fired).toEqual(['scopeDelimiter'])
  })

  test('one scope needs none', async () => {
    const { environment, fired } = setting()
    await authorizationRequest(server, { ...client, quirks }, { environment, scope: 'read' })
    expect(fired).toEqual([])
  })
})

test('S38, Authlib #628, #629: rawBasicCredentials tells of itself where it makes a difference, and nowhere else', async () => {
  const { environment, fired } = setting()
  const quirks = { rawBasicCredentials: true }
  await play(tokenGrant(server, { client_id: 'client', client_secret: 'plain', quirks }, { environment, grant }), json(good))
  expect(fired).toEqual([])
  const { requests } = await play(
    tokenGrant(server, { client_id: 'client', client_secret: 'a+b', quirks }, { environment, grant }),
    json(good),
  )
  expect(requests[0]?.headers['authorization']).toBe(`Basic ${btoa('client:a+b')}`)
  expect(fired).toEqual(['rawBasicCredentials'])
})

describe('B20, Authlib #259, #502, #763: nonceNotReturned', () => {
  const rsa = createSigner('RS256')
  const { nonce: _nonce, ...withoutNonce } = CLAIMS
  const verify = (claims: object, quirks: Quirks | undefined, environment = setting().environment) =>
    play(
      verifyIdToken(
        rsa.sign({ ...claims }),
        server,
        { ...client, quirks },
        { environment, keyCache: cacheWith([rsa.jwk]), nonce: 'nonce' },
      ),
    )

  test.each([[withoutNonce], [{ ...CLAIMS, nonce: null }], [{ ...CLAIMS, nonce: '' }]])('%j: a missing one is taken', async (claims) => {
    const { environment, fired } = setting()
    expect(await verify(claims, { nonceNotReturned: true }, environment)).toMatchObject({ value: { sub: 'alice' } })
    expect(fired).toEqual(['nonceNotReturned'])
    for (const quirks of [undefined, {}, { nonceNotReturned: false }]) {
      expect(await verify(claims, quirks)).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_NONCE' } })
    }
  })

  test.each(['another', 0, ['nonce']])('%j: a wrong one never', async (nonce) => {
    const { error } = await verify({ ...CLAIMS, nonce }, { nonceNotReturned: true })
    expect(error).toMatchObject({ code: 'OAUTH_ID_TOKEN_NONCE' })
  })

  test('the right one needs no quirk', async () => {
    const { environment, fired } = setting()
    expect(await verify(CLAIMS, { nonceNotReturned: true }, environment)).toMatchObject({ value: CLAIMS })
    expect(fired).toEqual([])
  })
})

describe('ID08, Authlib #295, #605: templatedIssuer', () => {
  const rsa = createSigner('RS256')
  const COMMON = 'https://as.example/common/v2.0'
  const TEMPLATE = 'https://as.example/{tenantid}/v2.0'
  const tenant = (tid: string) => ({ ...CLAIMS, iss: `https://as.example/${tid}/v2.0`, tid })
  const microsoft = { ...server, issuer: TEMPLATE }

  const verify = (claims: object, quirks: Quirks | undefined, idToken = rsa.sign({ ...claims })) => {
    const { environment, fired } = setting()
    const options = { environment, keyCache: createCache<never>(), nonce: 'nonce' }
    const played = play(verifyIdToken(idToken, microsoft, { ...client, quirks }, options), json({ keys: [rsa.jwk] }))
    return played.then((end) => ({ ...end, fired }))
  }

  test('the metadata of many tenants is taken for the issuer that was configured, and tells of itself', async () => {
    const { environment, fired } = setting()
    const document = json(microsoft)
    const found = await play(discover(COMMON, { environment, quirks: { templatedIssuer: true } }), document)
    expect(found.value).toMatchObject({ issuer: TEMPLATE })
    expect(fired).toEqual(['templatedIssuer'])
    expect((await play(discover(COMMON, { environment }), document)).error).toMatchObject({
      code: 'OAUTH_ISSUER_MISMATCH',
      message: expect.stringContaining('quirks.templatedIssuer'),
    })
  })

  test.each(['https://evil.example/{tenantid}/v2.0', 'https://{tenantid}/common/v2.0', 'https://as.example/other/v2.0'])(
    'the metadata of %s is not',
    async (issuer) => {
      const { environment } = setting()
      const found = await play(discover(COMMON, { environment, quirks: { templatedIssuer: true } }), json({ ...server, issuer }))
      expect(found.error).toMatchObject({ code: 'OAUTH_ISSUER_MISMATCH' })
    },
  )

  test('metadata that was taken with the quirk is not there for a client without it', async () => {
    const { environment } = setting()
    const cache = createCache<CachedServer>()
    await play(discover(COMMON, { environment, cache, quirks: { templatedIssuer: true } }), json(microsoft))
    expect((await play(discover(COMMON, { environment, cache }), json(microsoft))).error).toMatchObject({ code: 'OAUTH_ISSUER_MISMATCH' })
  })

  test('the "iss" has to be the template, filled with the token\'s own "tid"', async () => {
    expect(await verify(tenant('contoso'), { templatedIssuer: true })).toMatchObject({
      value: { tid: 'contoso' },
      fired: ['templatedIssuer'],
    })
    for (const claims of [{ ...tenant('contoso'), tid: 'fabrikam' }, { ...tenant('contoso'), tid: undefined }, tenant('a/b'), CLAIMS]) {
      expect(await verify(claims, { templatedIssuer: true })).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ISS' } })
    }
  })

  test('the tenants that may log people in can be named', async () => {
    expect(await verify(tenant('contoso'), { templatedIssuer: { tenants: ['contoso'] } })).toMatchObject({ value: { tid: 'contoso' } })
    expect(await verify(tenant('fabrikam'), { templatedIssuer: { tenants: ['contoso'] } })).toMatchObject({
      error: { code: 'OAUTH_ID_TOKEN_ISS' },
    })
    expect(await verify(tenant('contoso'), { templatedIssuer: { tenants: [] } })).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ISS' } })
  })

  test('without the quirk a template is the issuer of nobody', async () => {
    expect(await verify(tenant('contoso'), { templatedIssuer: false })).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ISS' } })
    expect(await verify(tenant('contoso'), undefined)).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ISS' } })
  })

  test('a "tid" that nobody has signed drives nothing: the keys are those of the metadata, and the signature comes first', async () => {
    const forged = rsa.sign(tenant('evil')).replace(/[^.]+$/, 'AAAA')
    const { requests, error, fired } = await verify({}, { templatedIssuer: true }, forged)
    expect(error).toMatchObject({ code: 'OAUTH_ID_TOKEN_SIG' })
    expect(requests.map(({ url }) => url)).toEqual([server.jwks_uri])
    expect(fired).toEqual([])
  })
})

test('B37: no event has a value of what was sent or received', async () => {
  const events: OAuthEvent[] = []
  const environment = testEnvironment({ emit: (event) => void events.push(event) })
  const quirks: Quirks = { getTokenRequest: true, rawBasicCredentials: true, missingTokenType: true, scopeDelimiter: ',' }
  const secretive = { client_id: 'client', client_secret: 'the+client+secret', quirks }
  const options = { environment, grant, ...tokenQuirks(quirks, environment) }
  await play(tokenGrant(server, secretive, options), json({ access_token: 'the-access-token', scope: 'c,d' }))
  expect(events).toHaveLength(5)
  expect(JSON.stringify(events)).not.toMatch(/the.client.secret|the-access-token|as\.example/)
})
