import { type OAuthOptions, oauth } from '@oauth/nextjs'
import { type AppConfig, appConfig, oauthOptions } from '@oauth-test/web/app-config'

/** What the process is told when it is started. A build knows nothing of it, as builds for many places do not. */
export const config: AppConfig = appConfig(process.env['APP_CONFIG'] ?? '{"providers":{}}')

export const { handlers, session, accessToken, client, login, logout, protect, silentLogin, proxy } = oauth(
  oauthOptions(config) as OAuthOptions,
)
