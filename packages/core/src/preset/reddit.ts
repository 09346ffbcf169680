import type { ServerPreset } from './preset.js'

/**
 * Reddit. Give the got or ky instance a `user-agent` header of the form `platform:app:version (by /u/name)`, or a `fetch` that sets it: others are
 * refused, by the token endpoint too, which is told the same. For a refresh token add `authorizationParameters: { duration: 'permanent' }` (not
 * verified). Not verified: the members.
 */
export const reddit: ServerPreset = {
  server: {
    authorization_endpoint: 'https://www.reddit.com/api/v1/authorize',
    token_endpoint: 'https://www.reddit.com/api/v1/access_token',
    userinfo_endpoint: 'https://oauth.reddit.com/api/v1/me',
  },
  scope: 'identity',
  tokenEndpointAuthMethod: 'client_secret_basic',
  allowedOrigins: ['https://oauth.reddit.com'],
  quirks: { userinfoMembers: { sub: 'id', preferred_username: 'name' } },
}
