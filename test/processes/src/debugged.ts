import { subscribe } from 'node:diagnostics_channel'
import { OAuth2Session as KySession } from '@oauth/ky'
import { OAuth2Session as GotSession } from '@oauth/node-got'
import got from 'got'
import ky from 'ky'

/** What the program is told in its first argument. */
export interface DebuggedOptions {
  readonly origin: string
  readonly client: 'got' | 'ky'
  readonly clientSecret: string
  readonly code: string
}

/** What it was to keep, told to the test and to no log. */
export type Kept = readonly string[]

const EVENTS = ['refreshed', 'refresh-failed', 'waiting', 'ended', 'persist-failed', 'logout-failed', 'quirk']

// As an operator does who wants to know everything.
for (const type of EVENTS) subscribe(`oauth:${type}`, (event) => console.log(`oauth:${type}`, event))

const { origin, client, clientSecret, code } = JSON.parse(process.argv[2] ?? '') as DebuggedOptions
const options = {
  clientId: 'client',
  clientSecret,
  redirectUri: `${origin}/callback`,
  server: { issuer: origin, authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token` },
}
const retry = { limit: 0 }
const session =
  client === 'got' ? new GotSession({ ...options, http: got.extend({ retry }) }) : new KySession({ ...options, http: ky.extend({ retry }) })

const { url, state, transaction } = await session.createAuthorizationUrl()
const token = await session.fetchToken({ authorizationResponse: `${origin}/callback?code=${code}&state=${state}`, transaction })
console.log('logged in', session)
const renewed = await session.refreshToken()
console.log('renewed', session)
const dead = await session.refreshToken().catch((error: unknown) => error)
console.log('ended', dead)
const kept: Kept = [
  state,
  transaction.code_verifier ?? '',
  new URL(url).searchParams.get('code_challenge') ?? '',
  ...[token, renewed].flatMap(({ access_token, refresh_token = '' }) => [access_token, refresh_token]),
]
process.send?.(kept, () => process.disconnect())
