import type { Configuration } from 'oidc-provider'
import type { TestClientInput } from './clients.ts'
import type { ProviderAlg } from './signing-keys.ts'

/** Claims of a user besides `sub`, which is the username. */
export interface TestUser {
  readonly email: string
  readonly email_verified?: boolean
  readonly name: string
  /** Seconds since the epoch at which sessions of this user end, as the provider tells applications (OpenID IPSIE SL1). */
  readonly session_expiry?: number
}

export interface ProviderOptions {
  /** Registered at the start; what is left out gets a default. Default: one confidential web client, `web-app`. */
  readonly clients?: readonly TestClientInput[]
  /** Seconds, for opaque and JWT access tokens alike, or a function that is asked at each one. Default 3600. */
  readonly accessTokenTtl?: number | (() => number)
  /** A refresh makes a new refresh token, and the spent one, sent again, revokes the grant. Default true. */
  readonly refreshTokenRotation?: boolean
  /** Refresh tokens also without `offline_access` (then they end with the session at the provider). Default true. */
  readonly alwaysIssueRefreshToken?: boolean
  /** By username. Any password is right. Default: alice and bob. */
  readonly users?: Readonly<Record<string, TestUser>>
  /** One key each; the first is the default of a client. Default RS256, PS256, ES256, EdDSA. */
  readonly idTokenSigningAlgs?: readonly ProviderAlg[]
  /** Put the claims of `email` and `profile` into the ID token too, not only into userinfo. Default false, as the standard says. */
  readonly claimsInIdToken?: boolean
  /** Resource indicators (RFC 8707) that get a JWT access token. Default: any absolute URI. */
  readonly resources?: readonly string[]
  /** Scopes known at every resource. Default `items:read items:write`. */
  readonly resourceScopes?: string
  /** Refuse a login without PKCE. Default true; false is for clients that know none. */
  readonly pkceRequired?: boolean
  /** Scripts of every site may use every client. Default: those of its redirect URIs' sites, and only a public client. */
  readonly cors?: boolean
  /** Default 0: the system's choice. A fixed port is for people. */
  readonly port?: number
  /** Default 127.0.0.1. `localhost` is another site: its cookies are its own, and what it sends to the application is cross-site. */
  readonly host?: '127.0.0.1' | 'localhost'
  /** More oidc-provider features, over those that are on here. A feature with default pages may print notices. */
  readonly features?: Configuration['features']
}

export const defaultUsers: Readonly<Record<string, TestUser>> = {
  alice: { email: 'alice@example.com', email_verified: true, name: 'Alice Example' },
  bob: { email: 'bob@example.com', email_verified: true, name: 'Bob Example' },
}
