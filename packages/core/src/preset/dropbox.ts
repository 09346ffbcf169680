import type { ServerPreset } from './preset.js'

/**
 * Dropbox. Who logged in is told by `users/get_current_account`, which takes POST alone (not verified): ask it in a `profile` of your own.
 */
export const dropbox: ServerPreset = {
  server: {
    authorization_endpoint: 'https://www.dropbox.com/oauth2/authorize',
    token_endpoint: 'https://api.dropboxapi.com/oauth2/token',
  },
  allowedOrigins: ['https://api.dropboxapi.com'],
}
