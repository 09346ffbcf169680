import type { Client } from '../client-authentication/client.js'
import type { Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import { jwtAnswer } from '../message/jwt-answer.js'
import { answerRefusal } from '../message/jwt-refusal.js'
import { withResourceQuirks } from '../message/resource-quirks.js'
import { assertResponseAlgorithm } from '../message/response-algorithm.js'
import { type UserInfo, userinfoClaims, userinfoRequest, userinfoResponse } from '../message/userinfo.js'
import { quirkFired } from '../metadata/fired-quirk.js'
import { isTemplateOf } from '../metadata/issuer-template.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'
import type { JwkSetOptions } from './jwk-set.js'
import { verifyJwtAnswer } from './jwt-answer.js'

/** Options of {@link userinfo}; `environment` and `keyCache` for servers that sign their answers. */
export interface UserInfoOptions extends Partial<Omit<JwkSetOptions, 'environment'>> {
  readonly environment?: Pick<Environment, 'now' | 'emit'>
  readonly accessToken: string
  /** The `sub` of the ID token; the answer must have the same. */
  readonly subject?: string | undefined
  /** The `iss` of the ID token: with `quirks.templatedIssuer` that of the tenant, which a signed answer has then. */
  readonly issuer?: string | undefined
}

const refusal = /* @__PURE__ */ answerRefusal(explain && 'UserInfo')

/**
 * Asks the UserInfo endpoint who logged in. An answer that is a JWT is verified; a client that is registered for one, by
 * `userinfo_signed_response_alg` or `userinfo_encrypted_response_alg`, takes no other. Nothing that the claims name is fetched.
 *
 * @throws {@link ProtocolError} another `sub`; `OAUTH_JWT_…` or `OAUTH_KEY_NOT_FOUND` for an answer that is a JWT.
 * @see OpenID Connect Core §5.3 https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
 */
export async function* userinfo(
  server: ServerMetadata,
  client: Client,
  { accessToken, subject, issuer: known, ...options }: UserInfoOptions,
): Flow<UserInfo> {
  const { userinfo_signed_response_alg: signed, userinfo_encrypted_response_alg: encrypted, quirks } = client
  const option = explain && 'userinfo_signed_response_alg'
  assertResponseAlgorithm(option, signed, client)
  const request = withResourceQuirks(userinfoRequest(server, accessToken), quirks ?? {}, options.environment)
  const response = yield request
  const compact = jwtAnswer(response, { signed, encrypted, refusal })
  if (compact === undefined) return userinfoResponse(response, request, { subject, quirks, environment: options.environment })
  const isTenant = Boolean(quirks?.templatedIssuer) && known !== undefined && isTemplateOf(server.issuer, known)
  if (isTenant) quirkFired(options.environment, 'templatedIssuer')
  const issuer = isTenant ? known : server.issuer
  const announced = server['userinfo_signing_alg_values_supported']
  const payload = yield* verifyJwtAnswer(
    compact,
    { server, client, issuer, signed, encrypted, refusal, announced, option, typ: /^jwt$/i, mayBeUnsigned: true },
    options,
  )
  return userinfoClaims(payload, request, subject)
}
