import type { ServerPreset } from './preset.js'

/**
 * Facebook. `version` is that of its Graph API, which ends some years after it began: give the one your application is set to.
 */
export function facebook({ version }: { readonly version: `v${number}.${number}` }): ServerPreset {
  const graph = `https://graph.facebook.com/${version}`
  return {
    server: {
      authorization_endpoint: `https://www.facebook.com/${version}/dialog/oauth`,
      token_endpoint: `${graph}/oauth/access_token`,
      userinfo_endpoint: `${graph}/me?fields=id,name,first_name,last_name,email`,
    },
    scope: 'email public_profile',
    allowedOrigins: ['https://graph.facebook.com'],
    quirks: { userinfoMembers: { sub: 'id', name: 'name', given_name: 'first_name', family_name: 'last_name', email: 'email' } },
  }
}
