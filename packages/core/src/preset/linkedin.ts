import type { IssuerPreset } from './preset.js'

/**
 * Sign In with LinkedIn using OpenID Connect. Not verified: the issuer.
 */
export const linkedin: IssuerPreset = {
  issuer: 'https://www.linkedin.com/oauth',
  scope: 'openid profile email',
  tokenEndpointAuthMethod: 'client_secret_post',
  quirks: { nonceNotReturned: true },
}
