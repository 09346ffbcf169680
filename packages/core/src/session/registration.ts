import { assertClient, type Client, type ClientAuthentication } from '../client-authentication/client.js'
import { clientAuthentication } from '../client-authentication/client-authentication.js'
import type { Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { type Cache, createCache } from '../flow/cache.js'
import { type CachedServer, discover } from '../flow/discovery.js'
import type { Flow } from '../flow/flow.js'
import { assertIdTokenAlgorithm } from '../flow/id-token.js'
import type { CachedKeys } from '../flow/jwk-set.js'
import { parseUrl } from '../http/uri.js'
import type { Decryption } from '../jose/decryption.js'
import type { KeySource } from '../jose/key-source.js'
import { assertResponseAlgorithm } from '../message/response-algorithm.js'
import { CLOCK_TOLERANCE, MAX_CLOCK_TOLERANCE } from '../message/token-dates.js'
import { assertGivenMetadata } from '../metadata/given-metadata.js'
import { assertIssuer } from '../metadata/issuer.js'
import type { Quirks } from '../metadata/quirks.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'

/** How this client is known at one authorization server. The same options for a session and for a provider of the web routes. */
export interface RegistrationOptions {
  /** The server's issuer identifier, exactly as its metadata spells it; the rest is discovered. */
  readonly issuer?: string | undefined
  /** The server's metadata, for a server that publishes none. Instead of `issuer`. */
  readonly server?: ServerMetadata | undefined
  readonly clientId: string
  /** Leave it out for a public client; `undefined` counts as a secret that is missing, unless the method is `none` or a function. */
  readonly clientSecret?: string | undefined
  /** `client_secret_basic`, `client_secret_post`, `none`, or a function. Chosen from the server's metadata when absent. */
  readonly tokenEndpointAuthMethod?: string | ClientAuthentication | undefined
  /** The same for revocation; the token endpoint's when absent. */
  readonly revocationEndpointAuthMethod?: string | ClientAuthentication | undefined
  /** The only algorithm ID tokens may have: any asymmetric one that the server announces when absent. `HS256`, `HS384`, `HS512` only by this option. */
  readonly idTokenSignedResponseAlg?: string | undefined
  /**
   * What signatures of the server are checked with, instead of the keys that it publishes: `publicKeys(…)` of a JWK Set, PEM or a function. Nothing is
   * fetched then. Under `HS256`, `HS384` and `HS512` it is the client secret all the same.
   */
  readonly keys?: KeySource | undefined
  /**
   * Decrypts what the server encrypts for this client: `jweDecryption({ keys })`. ID tokens then have to be encrypted, unless another answer alone
   * is registered for that, by one of the options below.
   */
  readonly decryption?: Decryption | undefined
  /** The only key management algorithm of encrypted ID tokens. Any that the keys take when absent. */
  readonly idTokenEncryptedResponseAlg?: string | undefined
  /** The only algorithm UserInfo answers may be signed with; with it they have to be signed. Plain JSON when absent. */
  readonly userinfoSignedResponseAlg?: string | undefined
  /** The only key management algorithm of encrypted UserInfo answers; with it they have to be encrypted. */
  readonly userinfoEncryptedResponseAlg?: string | undefined
  /** The only algorithm introspection answers may be signed with; with it they have to be signed (RFC 9701 §6). */
  readonly introspectionSignedResponseAlg?: string | undefined
  /** The only key management algorithm of encrypted introspection answers; with it they have to be encrypted. */
  readonly introspectionEncryptedResponseAlg?: string | undefined
  /**
   * Audiences beside this client that an ID token may name in `aud`, as servers add them for their own APIs. None unless told: a token that
   * others may take for theirs is refused.
   */
  readonly trustedAudiences?: readonly string[] | undefined
  /** Seconds the clocks may differ when an ID token is checked: 10 unless told, 60 at most. */
  readonly clockTolerance?: number | undefined
  /** Lets plain http through for this server, beyond loopback. Tokens then travel in clear text. */
  readonly allowInsecureHttp?: boolean | undefined
  /**
   * Origins that the server's endpoints may have beside the issuer's own, for servers that are not known beforehand: `[]` for none. Any unless
   * told, as servers spread over several hosts.
   */
  readonly endpointOrigins?: readonly string[] | undefined
  /** Where this server departs from the standards. */
  readonly quirks?: Quirks | undefined
}

/** Options that are the client's metadata (RFC 7591 §2), which the standards spell with underscores. */
const CLIENT_OPTIONS = [
  'clientId',
  'clientSecret',
  'tokenEndpointAuthMethod',
  'revocationEndpointAuthMethod',
  'idTokenSignedResponseAlg',
  'keys',
  'decryption',
  'idTokenEncryptedResponseAlg',
  'userinfoSignedResponseAlg',
  'userinfoEncryptedResponseAlg',
  'introspectionSignedResponseAlg',
  'introspectionEncryptedResponseAlg',
  'trustedAudiences',
  'quirks',
] as const

/** Names of {@link RegistrationOptions}, for the check of unknown options. */
export const REGISTRATION_OPTIONS: readonly string[] = [
  'issuer',
  'server',
  ...CLIENT_OPTIONS,
  'clockTolerance',
  'allowInsecureHttp',
  'endpointOrigins',
]

/** A checked registration: the client, and the way to its server. */
export interface Registration {
  readonly client: Client
  readonly keyCache: Cache<CachedKeys>
  readonly clockTolerance: number
  readonly allowInsecureHttp: boolean
  /** The server's metadata: given, cached, or discovered. */
  server(): Flow<ServerMetadata>
}

/** Caches that several registrations may share. */
export interface ServerCaches {
  readonly servers: Cache<CachedServer>
  readonly keys: Cache<CachedKeys>
}

/** Makes empty caches. */
export function serverCaches(): ServerCaches {
  return { servers: createCache(), keys: createCache() }
}

/**
 * Checks a registration as far as that is possible without asking the server.
 *
 * @throws {@link UsageError} for values that are missing, unusable or contradict each other.
 */
export function registration(options: RegistrationOptions, environment: Environment, caches: ServerCaches = serverCaches()): Registration {
  const { issuer, server, allowInsecureHttp = false, clockTolerance = CLOCK_TOLERANCE, quirks } = options
  const client = clientOf(options)
  assertClient(client)
  assertSecret(options)
  assertAlgorithms(client)
  if (!(clockTolerance >= 0 && clockTolerance <= MAX_CLOCK_TOLERANCE)) {
    throw new UsageError(
      explain && `Option "clockTolerance" must be 0 to ${MAX_CLOCK_TOLERANCE} seconds. Set the machine's clock instead of allowing more.`,
    )
  }
  const policy = { allowInsecureHttp, endpointOrigins: originsOf(options.endpointOrigins) }
  const shared = { client, keyCache: caches.keys, clockTolerance, allowInsecureHttp }
  if (issuer !== undefined && server === undefined) {
    assertIssuer(issuer, policy)
    return { ...shared, server: () => discover(issuer, { environment, cache: caches.servers, quirks, ...policy }) }
  }
  if (server !== undefined && issuer === undefined) {
    assertGivenMetadata(server, policy)
    return { ...shared, server: () => given(server) }
  }
  throw new UsageError(
    explain &&
      (issuer === undefined
        ? 'Option "issuer" is missing. Give the issuer of the authorization server, or its endpoints as "server" when it publishes no metadata.'
        : 'Options contradict: "issuer" discovers the metadata that "server" gives. Use one of them; "server" may itself have an "issuer".'),
  )
}

/** Checks the names of client authentication methods once all that can be registered is. */
export function assertMethods({ client }: Registration, registered?: ReadonlyMap<string, ClientAuthentication>): void {
  for (const method of [client.token_endpoint_auth_method, client.revocation_endpoint_auth_method]) {
    if (method !== undefined) clientAuthentication(method, registered)
  }
}

function clientOf(options: RegistrationOptions): Client {
  const members = CLIENT_OPTIONS.map((name) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), options[name]])
  return Object.fromEntries(members) as ClientOf
}

/** The same for the compiler: an option that is no member of a client, by name or by type, is found. */
type ClientOf = { readonly [K in (typeof CLIENT_OPTIONS)[number] as SnakeCase<K>]: RegistrationOptions[K] }
type SnakeCase<Name extends string> = Name extends `${infer Letter}${infer Rest}`
  ? `${Letter extends Lowercase<Letter> ? Letter : `_${Lowercase<Letter>}`}${SnakeCase<Rest>}`
  : ''

function originsOf(given: readonly string[] | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined
  const isOrigin = (text: unknown) => typeof text === 'string' && parseUrl(text)?.origin === text
  if (Array.isArray(given) && given.every(isOrigin)) return given
  throw new UsageError(
    explain && 'Option "endpointOrigins" must be a list of origins, each as in https://keys.example: no path, and no slash at the end.',
  )
}

function assertAlgorithms(client: Client): void {
  assertIdTokenAlgorithm(client)
  assertResponseAlgorithm(explain && 'userinfoSignedResponseAlg', client.userinfo_signed_response_alg, client)
  assertResponseAlgorithm(explain && 'introspectionSignedResponseAlg', client.introspection_signed_response_alg, client)
  const { decryption, keys } = client
  if (keys !== undefined && typeof keys?.candidates !== 'function') {
    throw new UsageError(
      explain &&
        'Option "keys" is no source of keys. Wrap the JWK Set, PEM, key or function: publicKeys(…). Is an environment variable unset?',
    )
  }
  const encrypted =
    client.id_token_encrypted_response_alg ?? client.userinfo_encrypted_response_alg ?? client.introspection_encrypted_response_alg
  if (decryption === undefined ? encrypted !== undefined : typeof decryption?.decrypt !== 'function') {
    throw new UsageError(
      explain && 'Option "decryption" is missing, or opens nothing: what is encrypted has to be decrypted. Give jweDecryption({ keys }).',
    )
  }
}

/** An environment variable that is not set would make a public client of a confidential one, and the server's error would be all there is to see. */
function assertSecret(options: RegistrationOptions): void {
  const { tokenEndpointAuthMethod: method } = options
  if ('clientSecret' in options && options.clientSecret === undefined && method !== 'none' && typeof method !== 'function') {
    throw new UsageError(
      explain &&
        'Option "clientSecret" is there, and undefined. Is an environment variable unset? For a public client leave it out, or set tokenEndpointAuthMethod: "none".',
    )
  }
}

// biome-ignore lint/correctness/useYield: metadata that was given needs no request
async function* given(server: ServerMetadata): Flow<ServerMetadata> {
  return server
}
