import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OAuth2Session } from '@oauth/node-got'

/**
 * Logs a person in by their browser, which comes back to a free port of this machine. The client is a public one, and registered for
 * `http://127.0.0.1/callback`: the port does not count there.
 *
 * @see RFC 8252 §7.3 https://www.rfc-editor.org/rfc/rfc8252#section-7.3
 */
export async function logIn(session: OAuth2Session): Promise<void> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const redirectUri = `http://127.0.0.1:${port}/callback`
    const { url, transaction } = await session.createAuthorizationUrl({ redirectUri })
    console.log(`Open this address in your browser:\n${url}`)
    const { authorizationResponse, answer } = await callback()
    try {
      await session.fetchToken({ authorizationResponse, transaction })
      answer('You are logged in. You can close this window.')
    } catch (error) {
      answer('The login has failed. The terminal says why.')
      throw error
    }

    /** What the browser comes back with; icons and the like are not for us. */
    async function callback() {
      for (;;) {
        const [request, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
        const { href, pathname } = new URL(request.url ?? '/', redirectUri)
        response.setHeader('connection', 'close')
        if (pathname === '/callback') return { authorizationResponse: href, answer: (text: string) => response.end(text) }
        response.writeHead(404).end()
      }
    }
  } finally {
    server.close()
  }
}
