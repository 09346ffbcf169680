import type { ServerPreset } from './preset.js'

/** Twitch. Its API wants the client id in a header of each request. Not verified: the members. */
export function twitch({ clientId }: { readonly clientId: string }): ServerPreset & { readonly clientId: string } {
  return {
    clientId,
    server: {
      authorization_endpoint: 'https://id.twitch.tv/oauth2/authorize',
      token_endpoint: 'https://id.twitch.tv/oauth2/token',
      userinfo_endpoint: 'https://api.twitch.tv/helix/users',
    },
    scope: 'user:read:email',
    tokenEndpointAuthMethod: 'client_secret_post',
    allowedOrigins: ['https://api.twitch.tv'],
    quirks: {
      scopeList: true,
      resourceHeaders: { 'client-id': clientId },
      userinfoMembers: {
        sub: 'data.0.id',
        preferred_username: 'data.0.login',
        name: 'data.0.display_name',
        email: 'data.0.email',
        picture: 'data.0.profile_image_url',
      },
    },
  }
}
