import type { Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import { constantTimeEqual } from '../jose/constant-time.js'
import type { DecodedJws } from '../jose/jws.js'
import type { RequestedClaims } from '../transaction/claims-request.js'
import { redactor } from './confidential.js'
import { checkHalfHash, isWithoutHash } from './half-hash-claim.js'
import { checkParties, type IdTokenParties } from './id-token-parties.js'
import { isLogoutEvent } from './logout-event.js'
import { idTokenRefusal, refuseIdToken } from './refuse-id-token.js'
import { checkRequestedClaims } from './requested-claims.js'
import { checkDates, isDate, tolerance } from './token-dates.js'

/** Verified claims of an ID token. */
export interface IdTokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly exp: number
  readonly iat: number
  readonly auth_time?: number
  readonly nonce?: string
  readonly acr?: string
  readonly amr?: readonly string[]
  readonly azp?: string
  readonly sid?: string
  readonly [claim: string]: unknown
}

/** What an ID token has to agree with. */
export interface IdTokenExpectation extends IdTokenParties {
  /** Seconds since the epoch. */
  readonly now: number
  /** The nonce that was sent; `undefined` when none was, and then the token may not have one. */
  readonly nonce: string | undefined
  /** Seconds; the `max_age` that was asked for. */
  readonly maxAge?: number | undefined
  /** The access token that came along, which `at_hash` has to match when it is there. */
  readonly accessToken?: string | undefined
  /** The claims that were asked for (`id_token` of the `claims` parameter). */
  readonly claims?: RequestedClaims | undefined
  /** What else there is to check of this one token, when all the rest has held. */
  readonly alsoCheck?: ((jws: DecodedJws) => Promise<void>) | undefined
  /** Seconds that clocks may differ: 10 unless told; more than 60 counts as 60. */
  readonly clockTolerance?: number | undefined
}

/**
 * Checks the claims of an ID token whose signature holds.
 *
 * @throws {@link ProtocolError}
 * @see OpenID Connect Core §3.1.3.7 https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
 */
export async function validateIdToken(environment: Environment, jws: DecodedJws, expectation: IdTokenExpectation): Promise<IdTokenClaims> {
  const { payload } = jws
  const expected = { ...expectation, clockTolerance: tolerance(expectation.clockTolerance) }
  // Without a "typ" of its own it would be an ID token wherever no nonce was sent.
  if (isLogoutEvent(payload['events'])) refuseIdToken('TYP', explain && 'is a logout token', 'RFC 8725 §3.12')
  checkParties(payload, expected, redaction?.(expected))
  checkDates(payload, expected, idTokenRefusal)
  checkNonce(payload['nonce'], expected.nonce)
  checkAuthTime(payload['auth_time'], expected)
  checkRequestedClaims(payload, expected.claims)
  // Optional in the code flow.
  if (expected.accessToken !== undefined && !isWithoutHash(jws, 'at_hash')) {
    await checkHalfHash(environment, jws, { claim: 'at_hash', text: expected.accessToken, reference: 'OpenID Connect Core §3.1.3.8' })
  }
  await expected.alsoCheck?.(jws)
  return { ...payload } as unknown as IdTokenClaims
}

/** Takes what is confidential out of what a message repeats. Made when there is a message: most tokens hold. */
const redaction = explain
  ? ({ accessToken = '', nonce = '' }: IdTokenExpectation) =>
      (text: string): string =>
        redactor({ secrets: [accessToken], values: [nonce] })(text)
  : undefined

type Checked = IdTokenExpectation & { readonly clockTolerance: number }

function checkNonce(nonce: unknown, expected: string | undefined): void {
  const isAbsent = nonce === undefined || nonce === null || nonce === ''
  if (expected === undefined) {
    if (!isAbsent)
      refuseIdToken(
        'NONCE',
        explain && 'has a "nonce", and none was expected. If one was sent with the request, pass it too: { nonce }',
        'OpenID Connect Core §3.1.3.7 step 11',
      )
    return
  }
  if (isAbsent) {
    refuseIdToken(
      'NONCE',
      explain && 'has no "nonce" though one was sent: the server does not return it, or the token was not made for this login',
      'OpenID Connect Core §3.1.3.7 step 11',
    )
  }
  if (typeof nonce !== 'string' || !constantTimeEqual(nonce, expected)) {
    refuseIdToken(
      'NONCE',
      explain && 'carries the "nonce" of another login: it was not made for this one',
      'OpenID Connect Core §3.1.3.7 step 11',
    )
  }
}

function checkAuthTime(authTime: unknown, { maxAge, now, clockTolerance }: Checked): void {
  // Unasked, some servers write 0 or null for a time that they do not keep.
  if (maxAge === undefined && (authTime === 0 || authTime === null)) return
  if (authTime !== undefined && !isDate(authTime))
    refuseIdToken('AUTH_TIME', explain && 'has an "auth_time" that is no date', 'OpenID Connect Core §2')
  if (maxAge === undefined) return
  if (authTime === undefined)
    refuseIdToken('AUTH_TIME', explain && 'has no "auth_time" though "max_age" was asked for', 'OpenID Connect Core §3.1.2.1')
  if (authTime + maxAge + clockTolerance < now) {
    refuseIdToken(
      'AUTH_TIME',
      explain && 'tells of a login older than the "max_age" that was asked for',
      'OpenID Connect Core §3.1.3.7 step 13',
    )
  }
}
