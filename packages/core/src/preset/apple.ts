import type { IssuerPreset } from './preset.js'

/**
 * Sign in with Apple. The client secret is a JWT that you sign, of at most six months. With the scopes `name` and `email` the answer has to come by
 * `form_post` (not verified).
 */
export const apple: IssuerPreset = {
  issuer: 'https://appleid.apple.com',
  scope: 'openid',
  tokenEndpointAuthMethod: 'client_secret_post',
  quirks: { nonceNotReturned: true },
}
