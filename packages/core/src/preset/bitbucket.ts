import type { ServerPreset } from './preset.js'

/**
 * Bitbucket. Email addresses take a request of their own, to `/2.0/user/emails`.
 */
export const bitbucket: ServerPreset = {
  server: {
    authorization_endpoint: 'https://bitbucket.org/site/oauth2/authorize',
    token_endpoint: 'https://bitbucket.org/site/oauth2/access_token',
    userinfo_endpoint: 'https://api.bitbucket.org/2.0/user',
  },
  scope: 'email',
  allowedOrigins: ['https://api.bitbucket.org'],
  quirks: { userinfoMembers: { sub: 'account_id', preferred_username: 'username', name: 'display_name' } },
}
