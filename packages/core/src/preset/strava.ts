import type { ServerPreset } from './preset.js'

/**
 * Strava. Not verified: that scopes are separated by commas, the path of the API, and the members.
 */
export const strava: ServerPreset = {
  server: {
    authorization_endpoint: 'https://www.strava.com/oauth/authorize',
    token_endpoint: 'https://www.strava.com/oauth/token',
    userinfo_endpoint: 'https://www.strava.com/api/v3/athlete',
  },
  scope: 'read',
  tokenEndpointAuthMethod: 'client_secret_post',
  allowedOrigins: ['https://www.strava.com'],
  quirks: {
    scopeDelimiter: ',',
    userinfoMembers: { sub: 'id', preferred_username: 'username', given_name: 'firstname', family_name: 'lastname', picture: 'profile' },
  },
}
