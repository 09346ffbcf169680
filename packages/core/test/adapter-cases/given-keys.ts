import { createPublicKey } from 'node:crypto'
import { expect, it } from 'vitest'
import { type KeysOption, publicKeys } from '../../src/jose/given-keys.js'
import type { AuthorizationTransaction } from '../../src/transaction/authorization-transaction.js'
import type { AdapterWorld } from '../adapter-world.js'
import { createSigner } from '../signer.js'

/** A session of an adapter, as far as these cases have to know it. */
interface LoginSession {
  setToken(token: { readonly access_token: string }): Promise<void>
  createAuthorizationUrl(): Promise<{ readonly transaction: AuthorizationTransaction }>
  fetchToken(options: { readonly authorizationResponse: string; readonly transaction: AuthorizationTransaction }): Promise<unknown>
  readonly claims: { readonly sub: string } | undefined
}

/** Logins whose ID tokens are verified with keys that the application gives. */
export function givenKeysCases<Session extends LoginSession, Options>(world: () => AdapterWorld<Session, Options>): void {
  const signer = createSigner('ES256')
  const stranger = createSigner('ES256')

  /** Logs in at a server that publishes no keys; it has signed the ID token with this key. */
  async function login(by: typeof signer, options: object, metadata: object = {}): Promise<Session> {
    const { api } = world()
    const server = {
      issuer: api,
      authorization_endpoint: `${api}/authorize`,
      token_endpoint: `${api}/token`,
      id_token_signing_alg_values_supported: ['ES256'],
      ...metadata,
    }
    const session = await world().session({ server, redirectUri: 'https://app.example/cb', scope: 'openid', ...options } as never)
    const { transaction } = await session.createAuthorizationUrl()
    const iat = Math.floor(Date.now() / 1000)
    const claims = { iss: api, sub: 'alice', aud: 'client', iat, exp: iat + 300, nonce: transaction.nonce }
    world().tokenAnswer(200, { access_token: 'access-1', token_type: 'Bearer', id_token: by.sign(claims) })
    await session.fetchToken({ authorizationResponse: `https://app.example/cb?code=c&state=${transaction.state}`, transaction })
    return session
  }

  it('B2, B16: the JWK Set of `server.jwks` verifies a login; nothing is fetched, and what others signed is refused', async () => {
    const metadata = { jwks: { keys: [signer.jwk] } }
    expect((await login(signer, {}, metadata)).claims).toMatchObject({ sub: 'alice' })
    await expect(login(stranger, {}, metadata)).rejects.toMatchObject({ code: 'OAUTH_ID_TOKEN_SIG' })
    expect(world().seen).toEqual([])
  })

  it.each<[string, KeysOption]>([
    ['a JWK Set', { keys: [stranger.jwk, { ...signer.jwk, kid: 'mine' }, signer.jwk] }],
    ['PEM', createPublicKey({ key: signer.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString()],
    ['a function', ({ alg }) => (alg === 'ES256' ? signer.jwk : [])],
  ])('B16: the option `keys`, %s, verifies a login; nothing is fetched, and what others signed is refused', async (_kind, keys) => {
    // There is nothing at this address.
    const metadata = { jwks_uri: `${world().api}/jwks` }
    expect((await login(signer, { keys: publicKeys(keys) }, metadata)).claims).toMatchObject({ sub: 'alice' })
    await expect(login(createSigner('ES256'), { keys: publicKeys(keys) }, metadata)).rejects.toMatchObject({ code: 'OAUTH_ID_TOKEN_SIG' })
    expect(world().seen).toEqual([])
  })

  it.each([null, '', [], { keys: [] }, () => [], signer.jwk])(
    'B16: `keys: %j`, which nobody has wrapped, is refused at once',
    async (keys) => {
      await expect(login(signer, { keys })).rejects.toMatchObject({ name: 'UsageError', message: expect.stringContaining('publicKeys(…)') })
    },
  )
}
