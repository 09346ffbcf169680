import type { ServerPreset } from './preset.js'

/**
 * Discord. Its API asks for a `user-agent` of the form `Name (url, version)`. Not verified: the host, which was discordapp.com, and the members beside
 * `id`, `verified` and `avatar`.
 */
export const discord: ServerPreset = {
  server: {
    authorization_endpoint: 'https://discord.com/api/oauth2/authorize',
    token_endpoint: 'https://discord.com/api/oauth2/token',
    userinfo_endpoint: 'https://discord.com/api/users/@me',
  },
  scope: 'identify email',
  tokenEndpointAuthMethod: 'client_secret_post',
  allowedOrigins: ['https://discord.com'],
  quirks: { userinfoMembers: { sub: 'id', preferred_username: 'username', email: 'email', email_verified: 'verified' } },
}
