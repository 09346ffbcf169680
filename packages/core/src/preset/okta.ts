import type { IssuerPreset } from './preset.js'

/**
 * Okta, its authorization server for the organisation. `domain` is the organisation's, such as `example.okta.com`. Not verified: the issuer.
 */
export function okta({ domain }: { readonly domain: string }): IssuerPreset {
  return { issuer: `https://${domain}`, scope: 'openid email profile' }
}
