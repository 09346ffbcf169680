import type { ServerPreset } from './preset.js'

/**
 * Sign in with Slack, of the older kind. Not verified: that scopes are separated by commas, and that `users.identity` takes the token in the header.
 */
export const slack: ServerPreset = {
  server: {
    authorization_endpoint: 'https://slack.com/oauth/authorize',
    token_endpoint: 'https://slack.com/api/oauth.access',
    userinfo_endpoint: 'https://slack.com/api/users.identity',
  },
  scope: 'identity.basic identity.avatar identity.email',
  tokenEndpointAuthMethod: 'client_secret_post',
  tokenPlacement: 'query',
  allowedOrigins: ['https://slack.com'],
  quirks: {
    errorWithStatus200: true,
    missingTokenType: true,
    scopeDelimiter: ',',
    tokenParameter: 'token',
    userinfoMembers: { sub: 'user.id', name: 'user.name', email: 'user.email', picture: 'user.image_512' },
  },
}
