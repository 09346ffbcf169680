import { randomBytes } from 'node:crypto'
import { jweDecryption } from '@oauth/core'
import { exportJWK, generateKeyPair } from 'jose'
import { expect } from 'vitest'
import type { Case } from './case.ts'

/** What OpenID Connect adds: ID tokens and userinfo. */
export const openidCases: readonly Case[] = [
  ...['PS256', 'ES256', 'EdDSA'].map(
    (alg): Case => ({
      title: `OpenID Connect Core §3.1.3.7 an ID token signed with ${alg}`,
      needs: 'ID tokens signed with PS256, ES256, EdDSA',
      async run({ register, login }) {
        const session = await register({ id_token_signed_response_alg: alg }, { idTokenSignedResponseAlg: alg })
        await login(session)
        expect(session.claims?.sub).toBe('alice')
      },
    }),
  ),
  ...['HS256', 'HS512'].map(
    (alg): Case => ({
      title: `OpenID Connect Core §3.1.3.7 step 8 an ID token under ${alg} with the client secret`,
      async run({ register, login }) {
        const client_secret = randomBytes(64).toString('base64url')
        const session = await register({ client_secret, id_token_signed_response_alg: alg }, { idTokenSignedResponseAlg: alg })
        await login(session)
        expect(session.claims?.sub).toBe('alice')
      },
    }),
  ),
  ...['RSA-OAEP-256', 'ECDH-ES'].map(
    (alg): Case => ({
      title: `OpenID Connect Core §10.2 an ID token encrypted by ${alg}`,
      needs: 'encryption',
      async run({ register, login }) {
        const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
        const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg, use: 'enc' }] }
        const decryption = jweDecryption({ keys: privateKey })
        const session = await register({ jwks, id_token_encrypted_response_alg: alg }, { decryption })
        expect((await login(session)).id_token?.split('.')).toHaveLength(5)
        expect(session.claims?.sub).toBe('alice')
      },
    }),
  ),
  {
    title: 'OpenID Connect Core §5.3.2 signed userinfo',
    needs: 'signed userinfo and introspection',
    async run({ register, login }) {
      const session = await register({ userinfo_signed_response_alg: 'ES256' }, { userinfoSignedResponseAlg: 'ES256' })
      await login(session)
      expect(await session.userinfo()).toMatchObject({ sub: 'alice', name: 'Alice Example' })
    },
  },
  {
    title: 'OpenID Connect Core §5.3 userinfo',
    async run({ register, login }) {
      const session = await register()
      await login(session)
      expect(await session.userinfo()).toMatchObject({ sub: 'alice', name: 'Alice Example', email: 'alice@example.com' })
    },
  },
  {
    title: 'OpenID Connect Core §5.4 userinfo says what the scope asks for',
    async run({ register, login }) {
      const session = await register({}, { scope: 'openid email' })
      await login(session)
      expect(await session.userinfo()).toEqual({ sub: 'alice', email: 'alice@example.com', email_verified: true })
    },
  },
]
