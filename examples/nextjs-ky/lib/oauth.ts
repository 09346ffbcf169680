import { kyClient } from '@oauth/ky'
import { oauth } from '@oauth/nextjs'
import ky from 'ky'

/** All of it comes from the environment when the application is started, `EXAMPLE_CLIENT_ID` and the like of each provider too. */
export const { handlers, session, client, login, logout, protect, proxy } = oauth({
  baseUrl: process.env['BASE_URL'],
  secret: process.env['SESSION_SECRET'],
  http: kyClient(ky.extend({ prefix: process.env['API_URL'] ?? '' })),
  // A week, where nothing is told.
  session: { lifetime: Number(process.env['SESSION_LIFETIME']) || undefined },
  providers: {
    example: {
      scope: 'openid profile email offline_access',
      authorizationParameters: { prompt: 'consent' },
      responseMode: process.env['EXAMPLE_RESPONSE_MODE'] === 'form_post' ? 'form_post' : undefined,
    },
    // Says who somebody is. No API takes its tokens.
    forge: { scope: 'openid profile email', allowedOrigins: [] },
  },
})

/** The providers that people can sign in with, and what they are called. */
export const PROVIDERS = [
  { name: 'example', label: 'Example' },
  { name: 'forge', label: 'Forge' },
] as const

/** The name of one of {@link PROVIDERS}. */
export type ProviderName = (typeof PROVIDERS)[number]['name']
