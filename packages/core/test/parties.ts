import type { Client } from '../src/client-authentication/client.js'
import { type Cache, createCache } from '../src/flow/cache.js'
import type { CachedKeys } from '../src/flow/jwk-set.js'
import { verificationKeys } from '../src/jose/jwk-set.js'
import type { ServerMetadata } from '../src/metadata/server-metadata.js'
import { NOW } from './environment.js'

export const ISSUER = 'https://as.example'

/** An honest server. */
export const server: ServerMetadata & { readonly issuer: string } = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  userinfo_endpoint: `${ISSUER}/userinfo`,
  revocation_endpoint: `${ISSUER}/revoke`,
  end_session_endpoint: `${ISSUER}/logout`,
}

export const client: Client = { client_id: 'client', client_secret: 'the-client-secret' }

/** Claims of an ID token that holds at {@link NOW}, for a login with the nonce `nonce`. */
export const CLAIMS: Readonly<Record<'iss' | 'sub' | 'aud' | 'nonce', string> & Record<'exp' | 'iat', number>> = {
  iss: ISSUER,
  sub: 'alice',
  aud: 'client',
  exp: NOW + 300,
  iat: NOW,
  nonce: 'nonce',
}

/** A key cache that has just been filled for {@link server}. */
export function cacheWith(keys: readonly unknown[], fetchedAt: number = NOW): Cache<CachedKeys> {
  const cache = createCache<CachedKeys>()
  cache.set(`${server.issuer} ${server.jwks_uri}`, { keys: verificationKeys({ keys: keys as never }) ?? [], fetchedAt })
  return cache
}
