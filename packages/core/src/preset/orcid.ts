import type { IssuerPreset } from './preset.js'

/**
 * ORCID.
 */
export const orcid: IssuerPreset = { issuer: 'https://orcid.org', scope: 'openid email profile' }
