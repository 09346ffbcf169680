/** What not every server has; a case that needs one of them runs where it is. */
export type Feature =
  | 'login without PKCE'
  | 'ID tokens signed with PS256, ES256, EdDSA'
  // Authlib takes only the algorithms that its JOSE library recommends: fewer in newer versions.
  | 'assertions signed with PS256, EdDSA'
  | 'decodes Basic credentials'
  | 'takes Basic credentials as they are'
  | 'refresh tokens outlive revoked access tokens'
  | 'JWT bearer grant'
  | 'response type "token"'
  // oidc-provider announces "iss" (RFC 9207) and leaves it out where an ID token says the same; the client insists on it.
  | '"iss" beside an ID token, or no promise of it'
  | 'encryption'
  | 'signed userinfo and introspection'

/** A kind of authorization server. */
export interface ServerKind {
  readonly name: string
  readonly features: readonly Feature[]
  start(): Promise<InteropServer>
}

/** Client metadata, spelt as in RFC 7591 §2. What is left out gets a default. */
export type ClientMetadata = Readonly<Record<string, unknown>>

/** A client that is registered at a server. */
export interface InteropClient {
  readonly client_id: string
  /** `''` for a client that has none. */
  readonly client_secret: string
}

/** A running authorization server, and everything about it that is not OAuth: its clients, its users, its pages, its log. */
export interface InteropServer {
  readonly issuer: string
  /** Answers JSON to whoever has an access token of this server. */
  readonly apiUrl: string
  addClient(metadata: ClientMetadata): Promise<InteropClient>
  /** Alice follows an authorization URL and agrees, unless told. Returns the address that her browser is sent back to, with its fragment. */
  authorize(url: string, options?: { readonly consent?: boolean }): Promise<string>
  /** The only password of a user that the password grant takes. */
  passwordOf(username: string): string
  /** How many token requests of a grant type have come in, whatever the answer was. */
  tokenRequests(grantType: string): Promise<number>
  /** Failures inside the server (answers with 500): empty when all is well. */
  failures(): string
  close(): Promise<void>
}

/** Where every client of the suite is sent back to. Nobody listens there: the browser stops before it asks. */
export const redirectUri = 'https://app.example/callback'
