import { passwordOf, startAuthlibServer } from '@oauth-test/authlib-server'
import { createBrowser } from '@oauth-test/provider'
import { type InteropServer, redirectUri, type ServerKind } from './interop-server.ts'

/** Authlib's server, in a process of the given Python. It shares no code and no authors with `oidc-provider`. */
export function authlib(command: string): ServerKind {
  return {
    name: 'Authlib',
    features: [
      'login without PKCE',
      'takes Basic credentials as they are',
      'refresh tokens outlive revoked access tokens',
      'JWT bearer grant',
      'response type "token"',
      '"iss" beside an ID token, or no promise of it',
    ],
    start: () => start(command),
  }
}

async function start(command: string): Promise<InteropServer> {
  const server = await startAuthlibServer(command)
  return {
    issuer: server.issuer,
    apiUrl: `${server.issuer}/items`,
    addClient: (metadata) => server.addClient({ redirect_uris: [redirectUri], ...metadata }),
    async authorize(url, { consent = true } = {}) {
      const browser = createBrowser({ stopAt: ({ href }) => href.startsWith(redirectUri) })
      return (await browser.goto(consent ? url : `${url}&deny=true`)).url
    },
    passwordOf,
    tokenRequests: async (grantType) => (await server.requests()).filter((request) => request.grantType === grantType).length,
    failures: () => server.failures,
    close: () => server.close(),
  }
}
