import { randomToken } from '@oauth/core'

/** What is left of a login, for applications that have none of their own: of the size that oidc-provider gives. */
export function keptLogin() {
  return {
    user: { sub: 'alice', name: 'Alice Example', email: 'alice@example.com', email_verified: true },
    tokens: {
      access_token: randomToken(32),
      refresh_token: randomToken(32),
      id_token: [randomToken(60), randomToken(380), randomToken(256)].join('.'),
      token_type: 'Bearer',
      expires_at: Math.floor(Date.now() / 1000) + 3600,
    },
  }
}

export type KeptLogin = ReturnType<typeof keptLogin>
