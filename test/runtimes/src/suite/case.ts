import type { Client, Jwk } from '@oauth/core'

/** Something that must hold on every runtime. */
export interface Case {
  readonly title: string
  /** Rejects when it does not hold. */
  readonly run: (context: Context) => Promise<void>
}

/** Algorithms of ID tokens that the provider has a client for. */
export type Algorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

/** Algorithms that clients sign with. */
export type KeyAlgorithm = 'RS256' | 'ES256' | 'EdDSA'

/** A client that has a secret. */
export type ConfidentialClient = Client & { readonly client_secret: string }

/** A client that signs with a private key. */
export interface Signer {
  readonly clientId: string
  readonly pem: string
  readonly jwk: Jwk
}

/** What the suite is run against: real servers on loopback, outside of the runtime. */
export interface Settings {
  readonly issuer: string
  /** The API that takes the provider's access tokens. */
  readonly api: string
  /** A server that misbehaves, in another way at each path. */
  readonly hostile: string
  /** Another origin, where some of its redirects lead. */
  readonly elsewhere: string
  /** An address where nothing listens. */
  readonly closed: string
  /** The application's address, which no server has: browsers are stopped on their way there. */
  readonly baseUrl: string
  readonly clients: Readonly<Record<Algorithm, ConfidentialClient>>
  readonly signers: Readonly<Record<KeyAlgorithm, Signer>>
  /** A client that signs with its secret. */
  readonly secretSigner: ConfidentialClient
  /** Whether the runtime's `fetch` says why it failed. Where it does not, any failure is a broken connection. */
  readonly tellsFailures: boolean
  /** Whether errors have texts: not in bundles for browsers, where they keep their codes alone. */
  readonly explains: boolean
}

/** The servers, and what only a person or an operator can do there. */
export interface Context extends Settings {
  /** A person logs in and consents. Resolves to the URL that the provider sends the browser back to. */
  login(url: string): Promise<string>
  /** Ends all access tokens at the provider; refresh tokens stay. */
  expireAccessTokens(): Promise<void>
  /** How many refresh requests the provider has seen. */
  refreshes(): Promise<number>
}
