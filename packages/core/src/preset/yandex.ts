import type { ServerPreset } from './preset.js'

/**
 * Yandex. Not verified: the members beside `default_email`, and that the API takes the scheme `Bearer`.
 */
export const yandex: ServerPreset = {
  server: {
    authorization_endpoint: 'https://oauth.yandex.com/authorize',
    token_endpoint: 'https://oauth.yandex.com/token',
    userinfo_endpoint: 'https://login.yandex.ru/info',
  },
  allowedOrigins: ['https://login.yandex.ru'],
  quirks: { userinfoMembers: { sub: 'id', preferred_username: 'login', name: 'real_name', email: 'default_email' } },
}
