import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type OAuthOptions, oauth } from '../src/index.js'
import { NAVIGATION, raw } from './raw.js'

const server = { authorization_endpoint: 'https://as.example/authorize', token_endpoint: 'https://as.example/token' }
const base = { baseUrl: 'https://app.example', secret: randomBytes(32).toString('hex') }

/** Where the login at the provider `my-app` sends the browser. */
async function loginOf(options: OAuthOptions<unknown>): Promise<URL> {
  const app = express().use(oauth(options))
  const listening = createServer(app)
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  const { headers } = await raw(`http://127.0.0.1:${port}`, '/auth/my-app/login', { headers: NAVIGATION })
  listening.closeAllConnections()
  await new Promise((resolve) => listening.close(resolve))
  return new URL(headers.location ?? '')
}

afterEach(() => void vi.unstubAllEnvs())

describe('B3: clients from the environment', () => {
  it('are found by the name of the provider; what is given by hand wins', async () => {
    const env = { MY_APP_CLIENT_ID: 'from-env', MY_APP_SCOPE: 'a', MY_APP_ISSUER: 'https://other.example' }
    const { origin, searchParams } = await loginOf({ ...base, env, providers: { 'my-app': { server, scope: 'b' } } })
    expect([origin, searchParams.get('client_id'), searchParams.get('scope')]).toEqual(['https://as.example', 'from-env', 'b'])
  })

  it('are those of process.env unless told', async () => {
    vi.stubEnv('MY_APP_CLIENT_ID', 'of-the-process')
    vi.stubEnv('MY_APP_SCOPE', 'a')
    const { searchParams } = await loginOf({ ...base, providers: { 'my-app': { server } } })
    expect([searchParams.get('client_id'), searchParams.get('scope')]).toEqual(['of-the-process', 'a'])
  })

  it('are not asked for where the client is given', async () => {
    const { searchParams } = await loginOf({ ...base, env: { MY_APP_SCOPE: 'a' }, providers: { 'my-app': { server, clientId: 'given' } } })
    expect([searchParams.get('client_id'), searchParams.get('scope')]).toEqual(['given', null])
  })

  it('that are missing are named by their variable', () => {
    const options = { ...base, env: {}, providers: { 'my-app': { server } } }
    expect(() => oauth(options)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('MY_APP_CLIENT_ID') }),
    )
  })
})
