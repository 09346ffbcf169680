import { AssertionSession, OAuth2Session } from '@oauth/ky'
import ky, { type KyInstance } from 'ky'
import { assert, equal } from './assert.ts'
import type { Case, Context } from './case.ts'

/** What is ky's own, and has to stay as it is. */
export const KY_CASES: readonly Case[] = [
  {
    title: 'ky: calls relative to its prefix, answers read by its shortcuts',
    async run(context) {
      const { http } = await clientSession(context, ky.create({ prefix: context.api }))
      equal((await http.get('me').json<{ sub: string }>()).sub, context.clients.RS256.client_id)
    },
  },
  {
    title: 'ky: its retries carry the token',
    async run(context) {
      const { http } = await clientSession(context, ky.create({ prefix: context.api }))
      equal(await http.get('flaky', { searchParams: { key: crypto.randomUUID(), fail: '1' } }).json(), { attempts: 2 })
    },
  },
  {
    title: 'ky: JSON goes out as it was given, also when the token is refused at first',
    async run(context) {
      const { http } = await clientSession(context, ky.create({ prefix: context.api }))
      await context.expireAccessTokens()
      const { body } = await http.post('echo', { json: { name: 'Grüße' } }).json<{ body: string }>()
      equal(JSON.parse(body), { name: 'Grüße' })
    },
  },
  {
    title: 'ky: its timeouts end a call',
    async run(context) {
      const { http } = await clientSession(context)
      equal(await nameOf(http.get(`${context.hostile}/silence`, { timeout: 200, retry: 0 })), 'TimeoutError')
    },
  },
  {
    title: 'ky: a signal ends a call',
    async run(context) {
      const { http } = await clientSession(context)
      const controller = new AbortController()
      const sent = http.get(`${context.hostile}/silence`, { signal: controller.signal })
      controller.abort()
      equal(await nameOf(sent), 'AbortError')
    },
  },
  {
    title: 'RFC 7523 §2.1: ky: a token is got for an assertion, and goes along with the call',
    async run({ hostile, signers }) {
      const session = new AssertionSession({
        tokenEndpoint: `${hostile}/assertion-token`,
        issuer: 'service-account',
        key: signers.ES256.pem,
      })
      const { authorization } = await session.http.get(`${hostile}/echo`).json<{ authorization: string }>()
      assert(/^Bearer ey[\w-]+\.[\w-]+\.[\w-]+$/.test(authorization), 'the token is not the assertion that the server took')
    },
  },
]

async function clientSession({ issuer, clients: { RS256: client } }: Context, http?: KyInstance): Promise<OAuth2Session> {
  const session = new OAuth2Session({ issuer, clientId: client.client_id, clientSecret: client.client_secret, http })
  await session.fetchToken({ grantType: 'client_credentials' })
  return session
}

async function nameOf(call: Promise<unknown>): Promise<string> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  return thrown instanceof Error || thrown instanceof DOMException ? thrown.name : 'no error'
}
