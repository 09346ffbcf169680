import type { ServerPreset } from './preset.js'

/**
 * GitHub. The API refuses requests without a `user-agent`. An email address that is not public takes a request of its own, to `/user/emails`. Not
 * verified: the members beside `id` and `login`.
 */
export const github: ServerPreset = {
  server: {
    authorization_endpoint: 'https://github.com/login/oauth/authorize',
    token_endpoint: 'https://github.com/login/oauth/access_token',
    userinfo_endpoint: 'https://api.github.com/user',
  },
  scope: 'user:email',
  allowedOrigins: ['https://api.github.com'],
  quirks: {
    errorWithStatus200: true,
    userinfoMembers: { sub: 'id', preferred_username: 'login', name: 'name', email: 'email', picture: 'avatar_url', profile: 'html_url' },
  },
}
