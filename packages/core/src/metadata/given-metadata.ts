import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { parseUrl } from '../http/uri.js'
import { verificationKeys } from '../jose/jwk-set.js'
import { assertIssuer, type HttpPolicy, isEndpoint } from './issuer.js'
import { FURTHER_ENDPOINTS, LOGIN_ENDPOINTS, misshapenMember, misspeltMember } from './metadata-members.js'
import type { ServerMetadata } from './server-metadata.js'

/**
 * Checks metadata that the application gives as the option `server`. Here every endpoint counts, and an empty one is a mistake: the
 * application wrote them, and can leave them out.
 *
 * @throws {@link UsageError} naming the member at fault.
 */
export function assertGivenMetadata(server: ServerMetadata, policy: HttpPolicy = {}): void {
  if (typeof server !== 'object' || server === null || Array.isArray(server)) {
    throw new UsageError(
      explain && 'Option "server" must be an object of metadata members, such as { authorization_endpoint, token_endpoint }.',
    )
  }
  const misspelt = misspeltMember(server)
  if (misspelt !== undefined) {
    throw new UsageError(
      explain && `Option "server": there is no member "${misspelt.name}". Members are spelt as in RFC 8414: "${misspelt.standard}".`,
    )
  }
  if (server.issuer !== undefined) assertIssuer(server.issuer, policy, 'Option "server": "issuer"')
  const issuer = server.issuer === undefined ? undefined : parseUrl(server.issuer)
  const endpoint = [...LOGIN_ENDPOINTS, ...FURTHER_ENDPOINTS].find(
    (name) => server[name] !== undefined && !isEndpoint(server[name], issuer, policy),
  )
  if (endpoint !== undefined) {
    throw new UsageError(
      explain &&
        `Option "server": "${endpoint}" is not an absolute https URL without user name and fragment (http is taken on loopback alone, for a server on loopback, or with allowInsecureHttp). Leave it out if the server has none. Is an environment variable unset?`,
    )
  }
  assertJwks(server)
  const misshapen = misshapenMember(server)
  if (misshapen !== undefined) throw new UsageError(explain && `Option "server": "${misshapen.name}" must be ${misshapen.type}.`)
}

/** Keys that are given are all there are: entries that cannot check a signature are no harm beside one that can, and a mistake where there is none. */
function assertJwks({ jwks, jwks_uri }: ServerMetadata): void {
  if (jwks === undefined) return
  if (jwks_uri !== undefined) {
    throw new UsageError(
      explain &&
        'Option "server": "jwks" and "jwks_uri" contradict each other. Give the keys, or the address where the server publishes them.',
    )
  }
  if (!verificationKeys(Object(jwks))?.length) {
    throw new UsageError(
      explain &&
        'Option "server": "jwks" must be a JWK Set, { keys: [{ kty, … }] }, with at least one public key that checks signatures (no private key, no secret; a set that is text has to be parsed first).',
    )
  }
}
