import { startSurroundings } from '@oauth-test/provider'
import { startReverseProxy } from '@oauth-test/web/reverse-proxy'
import { type Started, start } from './start.ts'

/** Seconds that an access token lives in the demo: short, so that one can watch it expire, and twice as long as anything between takes on a slow machine. */
export const ACCESS_TOKEN_TTL = 12

/** Two providers, an API, and the application behind a reverse proxy, whose address is known before the application starts. */
export async function startWorld(accessTokenTtl: number) {
  let application: Started | undefined
  const surroundings = await startSurroundings({ accessTokenTtl })
  const front = await startReverseProxy({ target: () => application?.url, basePath: '' })
  const env = await surroundings.register({ name: 'Next.js and ky', baseUrl: front.url })
  application = await start({ env })

  async function close(): Promise<void> {
    await front.close()
    await application?.close()
    await surroundings.close()
  }
  return { ...surroundings, baseUrl: front.url, close }
}
