import type { Client } from '../client-authentication/client.js'
import { explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'
import { utf8Bytes } from '../jose/encoding.js'
import { hmacBits } from '../jose/hmac-algorithm.js'
import { candidateKeys, type VerificationKey } from '../jose/jwk-set.js'
import { type DecodedJws, type JwsKey, verifyJws } from '../jose/jws.js'
import type { KeySource } from '../jose/key-source.js'
import type { JwtRefusal } from '../message/jwt-refusal.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'
import { type JwkSetOptions, jwkSet } from './jwk-set.js'

/** Where the keys come from. */
export interface SignatureOptions extends JwkSetOptions {
  /** Before those of the client. */
  readonly keySource?: KeySource | undefined
}

/** Who signed a JWT, for whom, and what to say if not. */
export interface SignedBy {
  readonly server: ServerMetadata
  readonly client: Client
  readonly refusal: JwtRefusal
}

/** Keys without a matching `kid` that are tried for one signature. */
const MAX_TRIES = 5

/**
 * Checks the signature of a JWT whose algorithm is pinned: with the client secret under `HS*`, else with the keys that were given, else with
 * those that the server publishes. Of these one that is not known is looked for once at the server, so a rotated key is found.
 *
 * @throws {@link ProtocolError} `…_SIG` or `OAUTH_KEY_NOT_FOUND`.
 * @see OpenID Connect Core §10.1 https://openid.net/specs/openid-connect-core-1_0.html#Signing
 */
export async function* verifySignature(jws: DecodedJws, { server, client, refusal }: SignedBy, options: SignatureOptions): Flow<void> {
  const { alg, kid } = jws.header
  const own =
    hmacBits(alg) === undefined ? await (options.keySource ?? client.keys)?.candidates(jws) : [utf8Bytes(client.client_secret ?? '')]
  let holds = own === undefined ? await publishedHolds(jws, yield* jwkSet(server, options)) : await anyHolds(jws, own)
  if (holds === undefined && own === undefined) holds = await publishedHolds(jws, yield* jwkSet(server, options, true))
  if (holds === undefined) {
    throw new ProtocolError(
      'OAUTH_KEY_NOT_FOUND',
      explain &&
        `Signature not checked: there is no key that could have made it (alg ${alg}, ${typeof kid === 'string' ? 'with' : 'without'} a "kid")`,
      { reference: 'OpenID Connect Core §10.1.1' },
    )
  }
  if (!holds) throw refusal('SIG', explain && 'carries a signature that does not hold', 'OpenID Connect Core §3.1.3.7 step 6')
}

/** Without a `kid` the candidates are tried in turn; when none fits, the key may be new, as with an unknown `kid`. */
async function publishedHolds(jws: DecodedJws, keys: readonly VerificationKey[]): Promise<boolean | undefined> {
  const { alg, kid } = jws.header
  if (typeof kid === 'string') return anyHolds(jws, candidateKeys(keys, alg, kid))
  return (await anyHolds(jws, candidateKeys(keys, alg, undefined))) || undefined
}

/** `undefined` when there is no key at all. */
async function anyHolds(jws: DecodedJws, keys: readonly JwsKey[]): Promise<boolean | undefined> {
  let holds: boolean | undefined
  for (const key of keys.slice(0, MAX_TRIES)) {
    holds = await verifyJws(jws, key)
    if (holds) break
  }
  return holds
}
