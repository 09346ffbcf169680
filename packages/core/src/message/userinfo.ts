import { explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'
import { ResponseError } from '../error/response-error.js'
import { getRequest, type HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { JsonObject } from '../http/json.js'
import { isJwt } from '../http/media-type.js'
import { maybeJsonObject, refuseRedirect } from '../http/read-json.js'
import { quirkFired } from '../metadata/fired-quirk.js'
import { endpointUrl, type ServerMetadata } from '../metadata/server-metadata.js'
import { type JsonContext, readLabelledJson } from './labelled-json.js'
import { resourceFailure } from './resource-failure.js'
import { claimsAt } from './userinfo-members.js'

/** Claims about the person who logged in, as the UserInfo endpoint gives them. */
export interface UserInfo {
  readonly sub: string
  readonly [claim: string]: unknown
}

/**
 * Builds a UserInfo request; the access token goes into the header, never into the URL.
 *
 * @see OpenID Connect Core §5.3.1 https://openid.net/specs/openid-connect-core-1_0.html#UserInfoRequest
 */
export function userinfoRequest(server: ServerMetadata, accessToken: string): HttpRequest {
  return getRequest('userinfo', endpointUrl(server, 'userinfo_endpoint'), { authorization: `Bearer ${accessToken}` })
}

/**
 * Reads a UserInfo answer. Its `sub` must be that of the ID token: an answer about somebody else is never used.
 *
 * @throws {@link ProtocolError} another `sub`.
 * @throws {@link ResponseError} no JSON; answers that are signed or encrypted are read by the flow.
 * @see OpenID Connect Core §5.3.2 https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse
 */
export function userinfoResponse(
  response: HttpResponse,
  request: HttpRequest,
  { subject, ...context }: { readonly subject?: string | undefined } & JsonContext,
): UserInfo {
  refuseRedirect(response, request)
  if (response.status !== 200) throw resourceFailure(response, request)
  if (isJwt(response.headers['content-type']) && maybeJsonObject(response) === undefined) {
    throw new ResponseError(
      'OAUTH_RESPONSE_CONTENT_TYPE',
      explain &&
        'is a JWT (application/jwt): the server signs or encrypts its UserInfo answers for this client. The flow userinfo() verifies such; or set the client to plain JSON at the provider (no userinfo_signed_response_alg, no userinfo_encrypted_response_alg), or let the login routes do without UserInfo (userinfo: false).',
      { endpoint: request.endpoint, status: response.status },
    )
  }
  const answer = readLabelledJson(response, request, context)
  const members = context.quirks?.userinfoMembers
  if (members !== undefined) quirkFired(context.environment, 'userinfoMembers')
  return userinfoClaims(members === undefined ? answer : claimsAt(answer, members), request, subject)
}

/** Checks whom claims are about. @throws {@link ProtocolError} another `sub`. @throws {@link ResponseError} none. */
export function userinfoClaims(claims: JsonObject, { endpoint }: HttpRequest, subject: string | undefined): UserInfo {
  const { sub } = claims
  if (typeof sub !== 'string' || sub === '') {
    throw new ResponseError('OAUTH_RESPONSE_SHAPE', explain && 'has no "sub".', { endpoint, status: 200 })
  }
  if (subject !== undefined && sub !== subject) {
    throw new ProtocolError(
      'OAUTH_USERINFO_SUB',
      explain && 'UserInfo refused: its "sub" is not that of the ID token, so it is about somebody else',
      {
        reference: 'OpenID Connect Core §5.3.2',
      },
    )
  }
  return { ...claims, sub }
}
