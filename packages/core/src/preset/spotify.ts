import type { ServerPreset } from './preset.js'

/**
 * Spotify. Not verified: the members beside `id`.
 */
export const spotify: ServerPreset = {
  server: {
    authorization_endpoint: 'https://accounts.spotify.com/authorize',
    token_endpoint: 'https://accounts.spotify.com/api/token',
    userinfo_endpoint: 'https://api.spotify.com/v1/me',
  },
  tokenEndpointAuthMethod: 'client_secret_basic',
  allowedOrigins: ['https://api.spotify.com'],
  quirks: { userinfoMembers: { sub: 'id', name: 'display_name', email: 'email', picture: 'images.0.url' } },
}
