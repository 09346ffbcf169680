import type { ServerPreset } from './preset.js'

/**
 * VK. Its token endpoint takes GET, with the secret in the query. Who logged in is told by `users.get`, which wants the token in the query: ask it in
 * a `profile` of your own. Not verified: that token answers lack `token_type`.
 */
export const vk: ServerPreset = {
  server: { authorization_endpoint: 'https://oauth.vk.com/authorize', token_endpoint: 'https://oauth.vk.com/access_token' },
  scope: 'email',
  tokenEndpointAuthMethod: 'client_secret_post',
  tokenPlacement: 'query',
  allowedOrigins: ['https://api.vk.com'],
  quirks: { getTokenRequest: true, missingTokenType: true, resourceQuery: { v: '5.80' } },
}
