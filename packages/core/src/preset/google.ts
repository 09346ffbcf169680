import type { IssuerPreset } from './preset.js'

/**
 * Google. For a refresh token add `authorizationParameters: { access_type: 'offline', prompt: 'consent' }` (not verified).
 */
export const google: IssuerPreset = { issuer: 'https://accounts.google.com', scope: 'openid email profile' }
