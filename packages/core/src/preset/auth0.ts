import type { IssuerPreset } from './preset.js'

/**
 * Auth0. `domain` is the tenant's, such as `example.eu.auth0.com`. Tokens for an API take the parameter `audience`.
 */
export function auth0({ domain }: { readonly domain: string }): IssuerPreset {
  return { issuer: `https://${domain}/`, scope: 'openid email profile' }
}
