/**
 * What is known of single providers, as plain data: spread one into the options of a session or of a provider of the login routes, and add
 * the client's own. Endpoints change; each is an option that a later one replaces.
 *
 * @example
 * new OAuth2Session({ ...github, clientId, clientSecret, redirectUri })
 *
 * @module
 */
export { apple } from './preset/apple.js'
export { auth0 } from './preset/auth0.js'
export { bitbucket } from './preset/bitbucket.js'
export { discord } from './preset/discord.js'
export { dropbox } from './preset/dropbox.js'
export { facebook } from './preset/facebook.js'
export { github } from './preset/github.js'
export { gitlab } from './preset/gitlab.js'
export { google } from './preset/google.js'
export { keycloak } from './preset/keycloak.js'
export { linkedin } from './preset/linkedin.js'
export { type MicrosoftOptions, microsoft } from './preset/microsoft.js'
export { okta } from './preset/okta.js'
export { orcid } from './preset/orcid.js'
export type { IssuerPreset, ServerPreset } from './preset/preset.js'
export { reddit } from './preset/reddit.js'
export { slack } from './preset/slack.js'
export { spotify } from './preset/spotify.js'
export { stackexchange } from './preset/stackexchange.js'
export { strava } from './preset/strava.js'
export { twitch } from './preset/twitch.js'
export { vk } from './preset/vk.js'
export { yandex } from './preset/yandex.js'
