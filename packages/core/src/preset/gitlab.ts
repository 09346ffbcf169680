import type { ServerPreset } from './preset.js'

/**
 * GitLab, on gitlab.com unless told. Not verified: the members beside `id`, `username` and `web_url`.
 */
export function gitlab({ host = 'gitlab.com' }: { readonly host?: string } = {}): ServerPreset {
  const origin = `https://${host}`
  return {
    server: {
      authorization_endpoint: `${origin}/oauth/authorize`,
      token_endpoint: `${origin}/oauth/token`,
      userinfo_endpoint: `${origin}/api/v4/user`,
    },
    scope: 'read_user',
    allowedOrigins: [origin],
    quirks: {
      userinfoMembers: {
        sub: 'id',
        preferred_username: 'username',
        name: 'name',
        email: 'email',
        picture: 'avatar_url',
        profile: 'web_url',
      },
    },
  }
}
