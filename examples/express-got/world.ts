import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startProvider, startResourceServer } from '@oauth-test/provider'
import { apiClient, createApp } from './app.ts'
import { type Sighting, watched } from './watched.ts'

/** Seconds that an access token lives in the demo: short, so that one can watch it expire. */
export const ACCESS_TOKEN_TTL = 4

/** A provider, an API and the application, each on a port of its own on this machine. Secrets are made here and gone at the end. */
export async function startWorld(accessTokenTtl: number) {
  const provider = await startProvider({ accessTokenTtl })
  const api = await startResourceServer({ provider })
  const server = createServer()
  const baseUrl = await listening(server)
  const client = await provider.addClient({
    client_id: 'express-got',
    redirect_uris: [`${baseUrl}/auth/demo/callback`],
    post_logout_redirect_uris: [`${baseUrl}/`],
  })
  const sightings: Sighting[] = []
  const app = createApp({
    baseUrl,
    secret: randomBytes(32).toString('base64url'),
    issuer: provider.issuer,
    clientId: client.client_id,
    clientSecret: client.client_secret,
    api: api.url,
    http: watched(apiClient(api.url), sightings),
  })
  server.on('request', app)

  async function close(): Promise<void> {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await api.close()
    await provider.close()
  }
  return { provider, api, baseUrl, sightings, close }
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
