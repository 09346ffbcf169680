import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuthorizationTransaction } from '@oauth/core'
import type { TokenSet, UpdateToken } from '@oauth/core/session'
import { createSigner } from '@oauth-test/provider'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { tokenForms } from '../src/guide-world.ts'
import { httpClients, type ServiceSession, type Session } from '../src/http-clients.ts'
import { keyPair, openAssertion } from '../src/signing.ts'
import { useGuide } from '../src/use-guide.ts'

type Callback = (session: Session, url: string, kept: string) => Promise<TokenSet>

const TOKEN = { access_token: 'access', token_type: 'Bearer', expires_in: 60, refresh_token: 'refresh' }
const LONG_SECRET = 'a secret that is as long as HMAC with SHA-256 asks for'

describe.each(httpClients)('docs/session.md on %s', (client) => {
  const { world, guide, scripted, lastForm, made } = useGuide('docs/session.md', client, TOKEN)

  beforeEach(() => {
    world.scripted.answer('revocation', { status: 200 })
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  const requests = () => world.scripted.requests.slice(-3)

  /** Logs alice in with two blocks: the one that makes the URL, and the one of the callback. */
  async function loggedIn(): Promise<Session> {
    const { session, url, transaction } = await guide.run<{ session: Session; url: string; transaction: AuthorizationTransaction }>(
      'authorization_url',
      { shown: ['session', 'url', 'transaction'] },
    )
    const { callback } = await guide.run<{ callback: Callback }>('callback')
    await callback(session, await world.comeBack(url), JSON.stringify(transaction))
    return session
  }

  describe('construction', () => {
    it('S2: the metadata of a server that publishes none', async () => {
      const { session } = await guide.run<{ session: Session }>('design', {
        replacements: {
          'https://as.example/authorize': `${world.provider.issuer}/auth`,
          'https://as.example/token': `${world.provider.issuer}/token`,
        },
      })
      await session.fetchToken()
      expect(await session.http.get(`${world.api.url}/me`).json()).toMatchObject({ sub: 'my-app' })
    })

    it('B3: from environment variables', async () => {
      const { session } = await guide.run<{ session: () => Session }>('environment')
      expect(session).toThrow('MY_APP_CLIENT_ID')
      const values = { MY_APP_CLIENT_ID: 'my-app', MY_APP_CLIENT_SECRET: 'my-secret', MY_APP_ISSUER: world.provider.issuer }
      for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value)
      const own = session()
      await own.fetchToken()
      expect(await own.http.get(`${world.api.url}/me`).json()).toMatchObject({ sub: 'my-app' })
    })

    it('B5: presets', async () => {
      vi.stubEnv('GITHUB_CLIENT_ID', 'github-app')
      vi.stubEnv('GITHUB_CLIENT_SECRET', 'github-secret')
      const realm = `${world.scripted.url}/realms/staff`
      world.scripted.answer('/realms/staff/.well-known/openid-configuration', { body: world.scripted.metadata({ issuer: realm }) })
      const { forge, staff } = await guide.run<Record<string, () => Session>>('presets', {
        replacements: { 'https://sso.example': world.scripted.url },
      })
      const github = await forge?.().createAuthorizationUrl()
      expect(github?.url).toMatch(/^https:\/\/github\.com\/login\/oauth\/authorize\?.*client_id=github-app&.*scope=user%3Aemail&/)
      const keycloak = await staff?.().createAuthorizationUrl()
      expect(keycloak?.transaction.issuer).toBe(realm)
      expect(keycloak?.url.startsWith(`${world.scripted.url}/authorize?`)).toBe(true)
    })
  })

  describe('the token', () => {
    it('S6, S22: a code, asked for with parameters of the request and redeemed with what was kept', async () => {
      const session = await loggedIn()
      expect(session.claims).toMatchObject({ iss: world.provider.issuer, sub: 'alice' })
      expect(session.token).toMatchObject({ scope: 'openid email', id_token: expect.any(String) })
      expect(await session.http.get(`${world.api.url}/me`).json()).toMatchObject({ sub: 'alice' })
    })

    it('hybrid, by form_post', async () => {
      await world.register({ response_types: ['code id_token'], grant_types: ['authorization_code', 'implicit'] })
      try {
        const { session, callback } = await guide.run<{ session: Session; callback(form: URLSearchParams, kept: string): Promise<void> }>(
          'hybrid',
          { shown: ['session'] },
        )
        const { url, transaction } = await session.createAuthorizationUrl()
        const form = await world.postBack(url)
        expect([...form.keys()]).toEqual(expect.arrayContaining(['code', 'id_token', 'state']))
        await callback(form, JSON.stringify(transaction))
        expect(session.claims).toMatchObject({ sub: 'alice' })
        expect(await session.http.get(`${world.api.url}/me`).json()).toMatchObject({ sub: 'alice' })
      } finally {
        await world.register()
      }
    })

    it('S34: password', async () => {
      await world.register({ grant_types: ['password', 'authorization_code'] })
      try {
        const { session, logIn } = await guide.run<{ session: Session; logIn(username: string, password: string): Promise<void> }>(
          'password',
          { shown: ['session'] },
        )
        await logIn('alice', world.passwordOf('alice'))
        expect(await session.http.get(`${world.api.url}/me`).json()).toMatchObject({ sub: 'alice' })
        await expect(logIn('alice', 'another')).rejects.toMatchObject({ error: 'invalid_grant' })
      } finally {
        await world.register()
      }
    })

    it('S35, S53: client credentials, fetched again with scope and parameters', async () => {
      world.scripted.answer('token', { body: { ...TOKEN, refresh_token: undefined } })
      const { session } = await scripted.run<{ session: Session }>('client_credentials', { shown: ['session'] })
      await session.refreshToken()
      const form = { grant_type: 'client_credentials', scope: 'items:read', audience: world.scripted.url }
      expect(tokenForms(world.scripted).slice(-2)).toEqual([form, form])
    })

    it('S36: a token exchange, whose audiences are both sent', async () => {
      const { session, exchange } = await scripted.run<{ session: Session; exchange(theirs: string): Promise<void> }>('token_exchange', {
        shown: ['session'],
      })
      await exchange('their-token')
      expect(session.token).toMatchObject({ access_token: 'access' })
      expect([...new URLSearchParams(requests().at(-1)?.body)]).toEqual([
        ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
        ['subject_token', 'their-token'],
        ['subject_token_type', 'urn:ietf:params:oauth:token-type:access_token'],
        ['audience', 'https://orders.example'],
        ['audience', 'https://stock.example'],
      ])
    })
  })

  describe('client authentication', () => {
    it('S45: assertions signed by the secret, and by a key', async () => {
      const client_id = `signing-${client}`
      const { bySecret, byKey } = await guide.run<{ bySecret: Session; byKey(pem: string): Session }>('assertions', {
        replacements: { 'my-app': client_id, 'my-secret': LONG_SECRET },
      })
      await world.provider.addClient({ client_id, client_secret: LONG_SECRET, token_endpoint_auth_method: 'client_secret_jwt' })
      await bySecret.fetchToken({ grantType: 'client_credentials' })
      expect(await bySecret.http.get(`${world.api.url}/me`).json()).toMatchObject({ sub: client_id })

      const { pem, jwk } = keyPair('2026-01')
      await world.provider.addClient({
        client_id,
        token_endpoint_auth_method: 'private_key_jwt',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        jwks: { keys: [jwk] },
      })
      const session = byKey(pem)
      await session.fetchToken({ grantType: 'client_credentials' })
      expect(await session.http.get(`${world.api.url}/me`).json()).toMatchObject({ sub: client_id })
    })

    describe('S44, C23: client_secret_uri', () => {
      let sessions: Readonly<Record<string, () => Session>>

      beforeAll(async () => {
        sessions = await scripted.run('client_secret_uri')
      })

      it.each(['direct', 'named'])('%s: credentials and form are in the query, and the body is empty and says so', async (name) => {
        const session = sessions[name]?.()
        await session?.fetchToken()
        await session?.refreshToken()
        await session?.revokeToken()
        const credentials = 'client_id=my-app&client_secret=my-secret'
        expect(requests()).toMatchObject([
          { method: 'POST', url: `/token?${credentials}&grant_type=client_credentials`, body: '' },
          { method: 'POST', url: `/token?${credentials}&grant_type=refresh_token&refresh_token=refresh`, body: '' },
          { method: 'POST', url: `/revoke?${credentials}&token=refresh&token_type_hint=refresh_token`, body: '' },
        ])
        for (const { headers } of requests()) {
          expect(headers['content-length'] ?? '0').toBe('0')
          expect(headers.authorization).toBeUndefined()
        }
      })
    })
  })

  it('S47: calls with the token', async () => {
    world.scripted.answer('/me', { body: { name: 'Alice' } })
    const { rename } = await scripted.run<{ rename(session: Session, name: string): Promise<unknown> }>('calls')
    expect(await rename(made({ token: { access_token: 'mine' } }), 'Alice')).toEqual({ name: 'Alice' })
    expect(requests().slice(-2)).toMatchObject([
      { method: 'PATCH', url: '/me', body: '{"name":"Alice"}', headers: { authorization: 'Bearer mine' } },
      { method: 'GET', url: '/me', headers: { authorization: 'Bearer mine' } },
    ])
  })

  it('S55: a store and updateToken together: one renewal for all sessions of a person, told once', async () => {
    const { sessionFor } = await scripted.run<{ sessionFor(user: string, updateToken: UpdateToken): Session }>('store')
    const told: unknown[] = []
    const session = () => sessionFor('alice', (token, old) => void told.push([token.access_token, old]))
    await session().setToken({ access_token: 'old', refresh_token: 'spent', expires_at: 1 })
    world.scripted.answer('/me', { body: { ok: true } })
    const before = tokenForms(world.scripted).length
    await Promise.all([session(), session()].map((own) => own.http.get(`${world.scripted.url}/me`).json()))
    expect(tokenForms(world.scripted).slice(before)).toEqual([{ grant_type: 'refresh_token', refresh_token: 'spent' }])
    expect(told).toEqual([['access', { refreshToken: 'spent' }]])
    expect(requests().at(-1)).toMatchObject({ headers: { authorization: 'Bearer access' } })
  })

  it('S59: introspection says that a token is alive, until it is revoked', async () => {
    const session = await loggedIn()
    const { access_token = '' } = session.token ?? {}
    const { isAlive } = await guide.run<{ isAlive(session: Session): Promise<boolean> }>('introspect')
    expect(await isAlive(session)).toBe(true)
    const { forget } = await guide.run<{ forget(session: Session): Promise<void> }>('revoke')
    await forget(session)
    expect(session.token).toBeUndefined()
    await session.setToken({ access_token })
    expect(await isAlive(session)).toBe(false)
  })

  describe('S64: the compliance hooks of StackOverflow', () => {
    it('the token comes from a form, and calls say which site they are about', async () => {
      world.scripted.answer('/oauth/access_token', { headers: { 'content-type': 'text/plain' }, body: 'access_token=so&expires=3600' })
      world.scripted.answer('/me', { body: { ok: true } })
      const { stackOverflow } = await scripted.run<{ stackOverflow(): Session }>('hooks')
      const session = stackOverflow()
      expect(await session.fetchToken()).toMatchObject({ access_token: 'so', token_type: 'Bearer', expires_in: 3600 })
      expect(await session.http.get(`${world.scripted.url}/me?a=1`).json()).toEqual({ ok: true })
      expect(requests().at(-1)).toMatchObject({ url: '/me?a=1&site=stackoverflow', headers: { authorization: 'Bearer so' } })
    })
  })

  describe('OpenID Connect', () => {
    it('S65: who it is: claims of the ID token, and of UserInfo', async () => {
      const { session, whoIsIt } = await guide.run<{
        session: Session
        whoIsIt(authorizationResponse: string, kept: string): Promise<string | undefined>
      }>('openid', { shown: ['session'] })
      const { url, transaction } = await session.createAuthorizationUrl()
      expect(await whoIsIt(await world.comeBack(url), JSON.stringify(transaction))).toBe('alice, alice@example.com')
    })

    it('B16: keys that are given, as PEM, verify a login', async () => {
      const signer = createSigner({ alg: 'RS256' })
      const { withPem } = await scripted.run<{ withPem(pem: string): Session }>('given_keys')
      const session = withPem(createPublicKey({ key: signer.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString())
      const { transaction } = await session.createAuthorizationUrl()
      const login = async (by: typeof signer) => {
        const iat = Math.floor(Date.now() / 1000)
        const claims = { iss: world.scripted.url, aud: 'my-app', sub: 'alice', iat, exp: iat + 60, nonce: transaction.nonce }
        world.scripted.answer('token', { body: { ...TOKEN, id_token: by.sign(claims) } })
        await session.fetchToken({ authorizationResponse: `https://app.example/callback?code=c&state=${transaction.state}`, transaction })
      }
      await login(signer)
      expect(session.claims).toMatchObject({ sub: 'alice' })
      await expect(login(createSigner({ alg: 'RS256' }))).rejects.toMatchObject({ code: 'OAUTH_ID_TOKEN_SIG' })
      expect(world.scripted.requestsTo('jwks')).toEqual([])
    })

    it('an encrypted ID token; what the application keeps of a person; a second factor that did not come', async () => {
      const { pem, jwk } = keyPair('enc')
      const { withEncryption, secondFactor, kept } = await guide.run<{
        withEncryption(pem: string): Session
        secondFactor(session: Session): ReturnType<Session['createAuthorizationUrl']>
        kept(session: Session): Promise<object>
      }>('encryption')
      await world.register({
        id_token_signed_response_alg: 'ES256',
        id_token_encrypted_response_alg: 'ECDH-ES',
        jwks: { keys: [{ ...jwk, use: 'enc', alg: 'ECDH-ES' }] },
      })
      try {
        const session = withEncryption(pem)
        const { url, transaction } = await session.createAuthorizationUrl()
        const token = await session.fetchToken({ authorizationResponse: await world.comeBack(url), transaction })
        expect(token.id_token?.split('.')).toHaveLength(5)
        expect(session.claims).toMatchObject({ sub: 'alice' })
        expect(await kept(session)).toEqual({ sub: 'alice', email: 'alice@example.com', email_verified: true })

        const stronger = await secondFactor(session)
        expect(JSON.parse(new URL(stronger.url).searchParams.get('claims') ?? '')).toMatchObject({ id_token: { acr: { values: ['mfa'] } } })
        const answered = { authorizationResponse: await world.comeBack(stronger.url), transaction: stronger.transaction }
        await expect(session.fetchToken(answered)).rejects.toMatchObject({ code: 'OAUTH_ID_TOKEN_ACR' })
      } finally {
        await world.register()
      }
    })
  })

  describe('service accounts', () => {
    it('S67, S69: a signed assertion and a scope become a token', async () => {
      world.scripted.answer('/me', { body: { ok: true } })
      const { pem, publicKey } = keyPair('2026-01')
      const { account } = await scripted.run<{ account(pem: string): ServiceSession }>('service_account')
      await account(pem).http.get(`${world.scripted.url}/me`).json()
      const { assertion = '', ...form } = lastForm() ?? {}
      expect(form).toEqual({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', scope: 'items:read' })
      expect(openAssertion(assertion, publicKey)).toMatchObject({
        header: { alg: 'ES256', kid: '2026-01' },
        claims: { iss: 'my-service', sub: 'alice@example.com', aud: `${world.scripted.url}/token` },
      })
    })

    it('S72: the key file of Google', async () => {
      world.scripted.answer('/me', { body: { ok: true } })
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const folder = await mkdtemp(join(tmpdir(), 'service-account-'))
      try {
        const file = join(folder, 'key.json')
        await writeFile(
          file,
          JSON.stringify({
            type: 'service_account',
            client_email: 'robot@project.example',
            private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
            private_key_id: 'k1',
            token_uri: `${world.scripted.url}/token`,
          }),
        )
        const { drive } = await scripted.run<{ drive(): Promise<ServiceSession> }>('google', {
          replacements: { "'key.json'": JSON.stringify(file) },
        })
        await (await drive()).http.get(`${world.scripted.url}/me`).json()
        const { assertion = '' } = lastForm() ?? {}
        expect(openAssertion(assertion, publicKey)).toMatchObject({
          header: { alg: 'RS256', kid: 'k1' },
          claims: { iss: 'robot@project.example', sub: 'alice@example.com', scope: 'https://www.googleapis.com/auth/drive.readonly' },
        })
      } finally {
        await rm(folder, { recursive: true })
      }
    })
  })

  it('each block that is marked so was run', () => {
    const left = guide.left().filter((name) => scripted.left().includes(name))
    // On a database file, in token-database.test.ts.
    expect(left).toEqual(['database'])
  })
})
