import type { Environment, Maybe } from '../environment.js'
import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import type { HttpRequest } from '../http/http-request.js'
import type { Decryption } from '../jose/decryption.js'
import type { KeySource } from '../jose/key-source.js'
import { assertQuirks, type ClientQuirks } from '../metadata/quirks.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'

/**
 * This client, as registered at one authorization server. Names as in RFC 7591 §2.
 */
export interface Client {
  readonly client_id: string
  readonly client_secret?: string | undefined
  /** How the client proves who it is: a registered method's name, or a function. Chosen from the server's metadata when absent. */
  readonly token_endpoint_auth_method?: string | ClientAuthentication | undefined
  /** The same for the revocation endpoint; the token endpoint's method when absent. */
  readonly revocation_endpoint_auth_method?: string | ClientAuthentication | undefined
  /**
   * The only algorithm ID tokens may be signed with. Any asymmetric one that the server announces when absent; `HS256`, `HS384` and
   * `HS512`, whose key is the client secret, only when they stand here.
   */
  readonly id_token_signed_response_alg?: string | undefined
  /** What the server's signatures are checked with, from `publicKeys(…)`; nothing is fetched then. The keys that it publishes when absent. */
  readonly keys?: KeySource | undefined
  /**
   * Decrypts what the server encrypts for this client, from `jweDecryption({ keys })`. With it ID tokens have to be encrypted, unless
   * another answer alone is registered for that, by `userinfo_encrypted_response_alg` or `introspection_encrypted_response_alg`.
   */
  readonly decryption?: Decryption | undefined
  /** The only key management algorithm of encrypted ID tokens. Any that the keys of `decryption` take when absent. */
  readonly id_token_encrypted_response_alg?: string | undefined
  /** The only algorithm UserInfo answers may be signed with; with it they have to be signed. */
  readonly userinfo_signed_response_alg?: string | undefined
  /** The only key management algorithm of encrypted UserInfo answers; with it they have to be encrypted. */
  readonly userinfo_encrypted_response_alg?: string | undefined
  /** The only algorithm introspection answers may be signed with; with it they have to be signed (RFC 9701 §6). */
  readonly introspection_signed_response_alg?: string | undefined
  /** The only key management algorithm of encrypted introspection answers; with it they have to be encrypted. */
  readonly introspection_encrypted_response_alg?: string | undefined
  /** Audiences beside the client id that an ID token may name (OpenID Connect Core §3.1.3.7 step 3). None when absent. */
  readonly trusted_audiences?: readonly string[] | undefined
  /** Those of the token endpoint are applied by the hooks that `tokenQuirks` makes of them. */
  readonly quirks?: ClientQuirks | undefined
}

/** What a client authentication method may look at beside the request. */
export interface ClientAuthenticationContext {
  readonly client: Client
  readonly server: ServerMetadata
  readonly environment: Environment
}

/**
 * Proves who the client is: gets a request that is complete but for that, and returns the one to send. Called anew for each attempt,
 * for token, refresh, revocation and introspection requests alike. It may change URL, headers and body, and may be asynchronous.
 * One that authenticates the connection itself returns `{ ...request, clientCertificate: { cert, key } }` (RFC 8705 §2).
 *
 * @see RFC 6749 §2.3 https://www.rfc-editor.org/rfc/rfc6749#section-2.3
 */
export type ClientAuthentication = (request: HttpRequest, context: ClientAuthenticationContext) => Maybe<HttpRequest>

/** Values that are what a missing environment variable turns into. */
const ACCIDENTS = new Set(['', 'undefined', 'null'])

/** Methods that need a secret. */
const SECRET_METHODS = new Set(['client_secret_basic', 'client_secret_post', 'client_secret_jwt'])

/** @throws {@link UsageError} for a client without a `client_id`. For flows, whose client nobody else has checked. */
export function assertClientId(client: Client): void {
  if (typeof client?.client_id === 'string' && client.client_id !== '') return
  throw new UsageError(explain && 'The client has no "client_id". Its members are spelt as in RFC 7591: { client_id, client_secret }.')
}

/** @throws {@link UsageError} for values that cannot be what they should, and when id, secret and methods cannot belong together. */
export function assertClient(client: Client): void {
  const { client_id, client_secret, trusted_audiences: trusted } = client
  if (typeof client_id !== 'string' || ACCIDENTS.has(client_id)) {
    throw new UsageError(
      explain && 'Option "clientId" is missing: it is empty or the text of a missing value. Is an environment variable unset?',
    )
  }
  if (client_secret !== undefined && (typeof client_secret !== 'string' || ACCIDENTS.has(client_secret))) {
    throw new UsageError(
      explain &&
        'Option "clientSecret" is empty or the text of a missing value. Leave it out for a public client. Is an environment variable unset?',
    )
  }
  assertMethod('tokenEndpointAuthMethod', client.token_endpoint_auth_method, client_secret)
  assertMethod('revocationEndpointAuthMethod', client.revocation_endpoint_auth_method, client_secret)
  if (trusted !== undefined && !(Array.isArray(trusted) && trusted.every((audience) => typeof audience === 'string' && audience !== ''))) {
    throw new UsageError(
      explain && 'Option "trustedAudiences" must be a list of audiences, each a text that is not empty, such as ["account"].',
    )
  }
  assertQuirks(client.quirks)
}

function assertMethod(option: string, method: Client['token_endpoint_auth_method'], secret: string | undefined): void {
  if (method === 'none' && secret !== undefined) {
    throw new UsageError(explain && `Options contradict: a public client ("${option}": "none") has no "clientSecret".`)
  }
  if (typeof method === 'string' && SECRET_METHODS.has(method) && secret === undefined) {
    throw new UsageError(
      explain &&
        `Options contradict: client authentication by "${method}" ("${option}") needs a "clientSecret". Is an environment variable unset?`,
    )
  }
}
