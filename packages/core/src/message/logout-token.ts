import type { LogoutTokenProblem } from '../error/error-code.js'
import { type Explanation, explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'
import type { Json, JsonObject } from '../http/json.js'
import type { DecodedJws } from '../jose/jws.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { IdTokenParties } from './id-token-parties.js'
import { isLogoutEvent } from './logout-event.js'
import { decodeJwt } from './signed-jwt.js'
import { checkDates, isDate, tolerance } from './token-dates.js'

/** Verified claims of a logout token. It has a `sid`, a `sub`, or both. */
export interface LogoutTokenClaims {
  readonly iss: string
  readonly aud: string | readonly string[]
  /** Seconds since the epoch, by the provider's clock. */
  readonly iat: number
  readonly jti: string
  readonly exp?: number
  /** The session that has ended there: the `sid` of its ID token. */
  readonly sid?: string
  /** Whose session it is; without `sid` all sessions of that person have ended. */
  readonly sub?: string
  readonly [claim: string]: unknown
}

/** What a logout token has to agree with. */
export interface LogoutTokenExpectation extends IdTokenParties {
  /** Seconds since the epoch. */
  readonly now: number
  /** Seconds that clocks may differ: 10 unless told; more than 60 counts as 60. */
  readonly clockTolerance?: number | undefined
}

/** The standard, as errors cite it. */
const LOGOUT = 'OpenID Connect Back-Channel Logout'
/** Seconds that a token is good for which does not say until when, as of providers older than the final standard. */
const LIFETIME = 120
const MAX_SUB_LENGTH = 255

/**
 * Takes a logout token apart and pins its algorithm as that of an ID token. Its `typ` is `logout+jwt`, or says nothing: the standard recommends it, and
 * many providers are older than that. What else a logout token has to have no other token has.
 *
 * @throws {@link ProtocolError}
 * @see OpenID Connect Back-Channel Logout §2.6, steps 2 and 3
 */
export function decodeLogoutToken(logoutToken: string, server: ServerMetadata, registered: string | undefined): DecodedJws {
  return decodeJwt(logoutToken, {
    registered,
    announced: server.id_token_signing_alg_values_supported,
    option: 'idTokenSignedResponseAlg',
    typ: /^(application\/)?(logout\+)?jwt$/i,
    refusal: logoutTokenRefusal,
  })
}

/**
 * Checks the claims of a logout token whose signature holds. Whether its `jti` was seen before is not looked at.
 *
 * @throws {@link ProtocolError} `OAUTH_LOGOUT_TOKEN_…`.
 * @see OpenID Connect Back-Channel Logout §2.6 https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation
 */
export function validateLogoutToken({ payload }: DecodedJws, expected: LogoutTokenExpectation): LogoutTokenClaims {
  const { iat, exp = isDate(iat) ? iat + LIFETIME : undefined, sid, sub, jti, nonce } = payload
  checkParties(payload, expected)
  if (!isLogoutEvent(payload['events']))
    refuse('EVENTS', explain && 'has no "events" that says so: it is a token of another kind', 'step 6')
  if (nonce !== undefined) refuse('NONCE', explain && 'has a "nonce", which only an ID token may have', 'step 7')
  if (!isDate(iat)) refuse('IAT', explain && 'has no "iat" that is a date', 'step 4')
  checkDates({ ...payload, exp }, { now: expected.now, clockTolerance: tolerance(expected.clockTolerance) }, logoutTokenRefusal)
  if (!isText(jti)) refuse('JTI', explain && 'has no "jti"', undefined)
  if (sid !== undefined && !isText(sid)) refuse('SID', explain && 'has a "sid" that is no text', 'step 5')
  if (sub !== undefined && !(isText(sub) && sub.length <= MAX_SUB_LENGTH))
    refuse('SUB', explain && 'has a "sub" that is not 1 to 255 characters', 'step 5')
  if (sid === undefined && sub === undefined)
    refuse('SUB', explain && 'has neither "sid" nor "sub": it does not say which session has ended', 'step 5')
  return { ...payload } as unknown as LogoutTokenClaims
}

/** Makes the error for a logout token that is refused; `found` goes on where "it" left off. */
export function logoutTokenRefusal(word: Word, found: Explanation, reference: string): ProtocolError {
  return new ProtocolError(`OAUTH_LOGOUT_TOKEN_${word}`, explain && `Logout token refused: it ${found}`, { reference })
}

type Word = LogoutTokenProblem extends `OAUTH_LOGOUT_TOKEN_${infer W}` ? W : never

function refuse(word: Word, found: Explanation, step: string | undefined): never {
  throw logoutTokenRefusal(word, found, step === undefined ? `${LOGOUT} §2.4` : `${LOGOUT} §2.6 ${step}`)
}

function checkParties({ iss, aud }: JsonObject, { issuer, clientId, trustedAudiences = [] }: IdTokenParties): void {
  if (issuer === undefined || iss !== issuer) refuse('ISS', explain && 'is from another issuer than this server', 'step 4')
  const audiences: readonly Json[] = Array.isArray(aud) ? aud : [aud]
  if (!audiences.includes(clientId)) refuse('AUD', explain && 'is not for this client', 'step 4')
  if (audiences.some((one) => one !== clientId && !(typeof one === 'string' && trustedAudiences.includes(one))))
    refuse('AUD', explain && 'is also for others than this client, that are not in the option "trustedAudiences"', 'step 4')
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== ''
}
