import { expect } from 'vitest'
import type { Feature } from '../interop-server.ts'
import type { Case } from './case.ts'

const FRONT_ID_TOKEN: Feature = '"iss" beside an ID token, or no promise of it'

/** Tokens that the authorization endpoint hands out itself, in the fragment. */
export const frontChannelCases: readonly Case[] = [
  {
    title: 'RFC 6749 §4.2 implicit, response type "token"',
    needs: 'response type "token"',
    async run({ server, register, login }) {
      const session = await register(implicit('token'), { responseType: 'token', scope: 'email' })
      expect(await login(session)).not.toHaveProperty('refresh_token')
      expect(await session.http.get(server.apiUrl).json()).toBeTypeOf('object')
    },
  },
  {
    title: 'OpenID Connect Core §3.2 implicit, response type "id_token"',
    needs: FRONT_ID_TOKEN,
    async run({ server, register }) {
      const session = await register(implicit('id_token'), { responseType: 'id_token' })
      const { url, transaction } = await session.createAuthorizationUrl()
      const { claims, token } = await session.finishLogin({ authorizationResponse: await server.authorize(url), transaction })
      expect(claims).toMatchObject({ iss: server.issuer, sub: 'alice' })
      expect(token).toBeUndefined()
    },
  },
  {
    title: 'OpenID Connect Core §3.2 implicit, response type "id_token token"',
    needs: FRONT_ID_TOKEN,
    async run({ server, register, login }) {
      const session = await register(implicit('id_token token'), { responseType: 'id_token token' })
      await login(session)
      expect(session.claims).toMatchObject({ iss: server.issuer, sub: 'alice', at_hash: expect.any(String) })
      expect(await session.userinfo()).toMatchObject({ sub: 'alice' })
    },
  },
  {
    title: 'RFC 6749 §4.2.2.1 implicit, the person says no',
    async run({ server, register }) {
      const session = await register(implicit('id_token'), { responseType: 'id_token' })
      const { url, transaction } = await session.createAuthorizationUrl()
      const authorizationResponse = await server.authorize(url, { consent: false })
      const denied = { name: 'AuthorizationResponseError', error: 'access_denied' }
      await expect(session.fetchToken({ authorizationResponse, transaction })).rejects.toMatchObject(denied)
    },
  },
  ...(['code id_token', 'code token', 'code id_token token'] as const).map(
    (responseType): Case => ({
      title: `OpenID Connect Core §3.3 hybrid, response type "${responseType}"`,
      ...(responseType === 'code token' ? {} : { needs: FRONT_ID_TOKEN }),
      async run({ server, register, login }) {
        const grant_types = ['authorization_code', 'implicit', 'refresh_token']
        const session = await register({ grant_types, response_types: [responseType] }, { responseType })
        await login(session)
        expect(session.claims).toMatchObject({ iss: server.issuer, sub: 'alice' })
        expect(await session.userinfo()).toMatchObject({ sub: 'alice' })
        await session.refreshToken()
        expect(await session.http.get(server.apiUrl).json()).toBeTypeOf('object')
      },
    }),
  ),
]

function implicit(responseType: string) {
  return { token_endpoint_auth_method: 'none', grant_types: ['implicit'], response_types: [responseType] }
}
