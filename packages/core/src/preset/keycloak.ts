import type { IssuerPreset } from './preset.js'

/**
 * Keycloak. `url` is where it is, such as `https://sso.example`. Not verified: the issuer of a realm.
 */
export function keycloak({ url, realm }: { readonly url: string; readonly realm: string }): IssuerPreset {
  return { issuer: `${url.replace(/\/$/, '')}/realms/${realm}`, scope: 'openid email profile' }
}
