import type { Client } from '../client-authentication/client.js'
import { type Explanation, explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { isJsonObject, type JsonObject, parseJson } from '../http/json.js'
import { openJwt } from '../message/encrypted-jwt.js'
import type { AnswerRegistration } from '../message/jwt-answer.js'
import { decodeJwt } from '../message/signed-jwt.js'
import { CLOCK_TOLERANCE } from '../message/token-dates.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'
import type { JwkSetOptions } from './jwk-set.js'
import { verifySignature } from './signature.js'

/** What a JWT that answers a request has to agree with. */
export interface AnswerExpectation extends AnswerRegistration {
  readonly server: ServerMetadata
  readonly client: Client
  /** Whose the answer has to be. */
  readonly issuer: string | undefined
  /** Metadata and option that name signature algorithms. */
  readonly announced: unknown
  readonly option: Explanation
  readonly typ: RegExp
  /** Whether one that is encrypted may hold claims that nobody signed, where no signature was agreed. */
  readonly mayBeUnsigned: boolean
}

/**
 * Verifies a JWT that answers a request: decrypted where it is encrypted, then algorithm, signature, and `iss`, `aud`, `exp` and
 * `nbf` where they are there.
 *
 * @throws {@link ProtocolError} `OAUTH_JWT_…` or `OAUTH_KEY_NOT_FOUND`.
 */
export async function* verifyJwtAnswer(
  compact: string,
  { server, client, issuer, signed, encrypted, mayBeUnsigned, ...expected }: AnswerExpectation,
  { environment, keyCache }: Partial<JwkSetOptions>,
): Flow<JsonObject> {
  const { refusal } = expected
  if (environment === undefined || keyCache === undefined) {
    throw new UsageError(
      explain &&
        'The answer is a JWT, and the options "environment" and "keyCache" are missing: its signature cannot be checked without the keys of the server.',
    )
  }
  const { decryption } = client
  const text = await openJwt(compact, { decryption, alg: encrypted, isRequired: encrypted !== undefined, refusal })
  const plain = mayBeUnsigned && signed === undefined && text !== compact ? jsonObject(text) : undefined
  if (plain !== undefined) return plain
  const jws = decodeJwt(text, { ...expected, registered: signed })
  yield* verifySignature(jws, { server, client, refusal }, { environment, keyCache })
  const { iss, aud, exp, nbf } = jws.payload
  const now = environment.now()
  if (iss !== undefined && iss !== issuer) throw refusal('ISS', explain && 'is from another issuer', 'RFC 7519 §4.1.1')
  if (aud !== undefined && ![aud].flat().includes(client.client_id))
    throw refusal('AUD', explain && 'is not for this client', 'RFC 7519 §4.1.3')
  if (exp !== undefined && !(Number(exp) + CLOCK_TOLERANCE > now)) throw refusal('EXP', explain && 'has expired', 'RFC 7519 §4.1.4')
  if (nbf !== undefined && !(Number(nbf) <= now + CLOCK_TOLERANCE)) throw refusal('NBF', explain && 'is not valid yet', 'RFC 7519 §4.1.5')
  return jws.payload
}

function jsonObject(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
