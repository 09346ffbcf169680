import { listen, startSurroundings } from '@oauth-test/provider'
import { apiClient, createApp } from './app.ts'
import { type Sighting, watched } from './watched.ts'

/** Seconds that an access token lives in the demo: short, so that one can watch it expire, and twice as long as anything between takes on a slow machine. */
export const ACCESS_TOKEN_TTL = 10

/** Two providers, an API and the application, each on a port of its own on this machine. */
export async function startWorld(accessTokenTtl: number) {
  const surroundings = await startSurroundings({ accessTokenTtl })
  const { api } = surroundings
  const server = await listen((req, res) => app(req, res))
  const env = await surroundings.register({ name: 'Express and got', baseUrl: server.url })
  const sightings: Sighting[] = []
  const app = createApp({ env, http: watched(apiClient(api.url), sightings) })

  async function close(): Promise<void> {
    await server.close()
    await surroundings.close()
  }
  return { ...surroundings, baseUrl: server.url, sightings, close }
}
