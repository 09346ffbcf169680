import type { ServerPreset } from './preset.js'

/**
 * Stack Exchange. `site` is the one whose API is asked, such as `stackoverflow`; `key` the application's, where it has one. Who logged in is told by
 * `/2.2/me`, which wants the token in the query: ask it in a `profile` of your own.
 */
export function stackexchange({ site, key }: { readonly site: string; readonly key?: string }): ServerPreset {
  return {
    server: {
      authorization_endpoint: 'https://stackoverflow.com/oauth',
      token_endpoint: 'https://stackoverflow.com/oauth/access_token',
    },
    tokenEndpointAuthMethod: 'client_secret_post',
    tokenPlacement: 'query',
    allowedOrigins: ['https://api.stackexchange.com'],
    quirks: {
      formEncodedTokenResponse: true,
      missingTokenType: true,
      expiresInMember: 'expires',
      resourceQuery: { site, ...(key === undefined ? {} : { key }) },
    },
  }
}
