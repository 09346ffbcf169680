import { randomToken } from '@oauth/core'
import type { SessionOptions } from '@oauth/node-got'

/** A session's options with a token that stays fresh as long as the measurement takes. */
export function freshToken(): { readonly accessToken: string; readonly options: SessionOptions } {
  const accessToken = randomToken(48)
  return {
    accessToken,
    options: {
      issuer: 'https://as.example',
      clientId: 'client',
      token: { access_token: accessToken, token_type: 'Bearer', expires_at: Math.floor(Date.now() / 1000) + 86_400 },
    },
  }
}
