import type { Parameters } from '../http/form.js'
import type { Quirks } from '../metadata/quirks.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { TokenPlacement } from '../session/token-placement.js'

/** What is known of a provider, beside where it is: options of a session, and of a provider of the login routes, alike. */
interface Known {
  readonly scope?: string
  readonly tokenEndpointAuthMethod?: 'client_secret_basic' | 'client_secret_post'
  readonly authorizationParameters?: Parameters
  readonly tokenPlacement?: TokenPlacement
  /** Origins of the provider's API: the token is sent nowhere else. */
  readonly allowedOrigins?: readonly string[]
  readonly quirks?: Quirks
}

/** A provider that publishes metadata: OpenID Connect. */
export interface IssuerPreset extends Known {
  readonly issuer: string
}

/** A provider that publishes none. */
export interface ServerPreset extends Known {
  readonly server: ServerMetadata & Required<Pick<ServerMetadata, 'authorization_endpoint' | 'token_endpoint'>>
}
