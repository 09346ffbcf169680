import { createBrowser, login, passwordOf, startProvider, startResourceServer } from '@oauth-test/provider'
import { type InteropServer, redirectUri, type ServerKind } from './interop-server.ts'

/** `oidc-provider`, certified by the OpenID Foundation, in this process. */
export const oidcProvider: ServerKind = {
  name: 'oidc-provider',
  features: [
    'ID tokens signed with PS256, ES256, EdDSA',
    'assertions signed with PS256, EdDSA',
    'decodes Basic credentials',
    'signed userinfo and introspection',
    'encryption',
    '"iss" beside an ID token, or no promise of it',
  ],
  start,
}

async function start(): Promise<InteropServer> {
  const provider = await startProvider()
  const api = await startResourceServer({ provider })
  return {
    issuer: provider.issuer,
    apiUrl: `${api.url}/me`,
    addClient: (metadata) => provider.addClient({ redirect_uris: [redirectUri], ...metadata }),
    async authorize(url, { consent = true } = {}) {
      const browser = createBrowser({ stopAt: ({ href }) => href.startsWith(redirectUri) })
      return (await login(await browser.goto(url), { username: 'alice', consent })).url
    },
    passwordOf,
    tokenRequests: async (grantType) => provider.tokenRequests(grantType),
    failures: () => provider.errors.map(({ stack }) => stack).join('\n'),
    async close() {
      await api.close()
      await provider.close()
    },
  }
}
