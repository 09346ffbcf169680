import { isOAuthError, memoryStore, oauth, statusOf } from '@oauth/nextjs'

// Nothing here says its type: the compiler has to be able to name each of them with `@oauth/nextjs` alone.

export const options = {
  baseUrl: 'https://app.example',
  secret: 'x'.repeat(32),
  store: memoryStore(),
  providers: { demo: { issuer: 'https://as.example', clientId: 'client', clientSecret: 'secret', scope: 'openid' } },
}
export const auth = oauth(options)
export const { handlers, session, accessToken, client, login, logout, protect, silentLogin, proxy } = auth
export const page = protect(async () => (await session('demo'))?.user, { provider: 'demo' })
export const handler = protect(async () => Response.json(await accessToken()))
export const around = proxy(() => undefined)
export const codeOf = (error: unknown) => (isOAuthError(error) ? ([error.code, statusOf(error)] as const) : undefined)
export const functions = { isOAuthError, memoryStore, oauth, statusOf }
