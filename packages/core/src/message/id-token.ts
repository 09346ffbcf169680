import type { Environment } from '../environment.js'
import type { IdTokenProblem } from '../error/error-code.js'
import { ProtocolError } from '../error/protocol-error.js'
import type { JsonObject } from '../http/json.js'
import { constantTimeEqual } from '../jose/constant-time.js'
import { halfHash } from '../jose/half-hash.js'
import { type DecodedJws, decodeJws } from '../jose/jws.js'
import { isSignatureAlgorithm } from '../jose/jws-algorithm.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'

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
export interface IdTokenExpectation {
  /** `undefined` for a server that has none: then no ID token is taken. */
  readonly issuer: string | undefined
  readonly clientId: string
  /** Seconds since the epoch. */
  readonly now: number
  /** The nonce that was sent; `undefined` when none was, and then the token may not have one. */
  readonly nonce: string | undefined
  /** Seconds; the `max_age` that was asked for. */
  readonly maxAge?: number | undefined
  /** The access token that came along, which `at_hash` has to match when it is there. */
  readonly accessToken?: string | undefined
  /** Seconds that clocks may differ: 10 unless told; more than 60 counts as 60. */
  readonly clockTolerance?: number | undefined
}

/** Default and largest clock tolerance, and the oldest `iat` that is taken, in seconds. */
export const CLOCK_TOLERANCE = 10
export const MAX_CLOCK_TOLERANCE = 60
const MAX_AGE_OF_TOKEN = 86_400
/** 9999-12-31, in seconds; a date beyond it is a mistake or an attack. */
const LAST_DATE = 253_402_300_799
const MAX_SUB_LENGTH = 255

/**
 * Takes an ID token apart and pins its algorithm: the registered one, or an asymmetric one that the server announces (RS256 when it
 * announces none). `none` and `HS*` are never among them.
 *
 * @throws {@link ProtocolError}
 * @see OpenID Connect Core §3.1.3.7, steps 6 to 8
 */
export function decodeIdToken(idToken: string, server: ServerMetadata, registered: string | undefined): DecodedJws {
  const jws = decodeJws(idToken)
  if (jws === undefined) {
    refuse('MALFORMED', 'is not a compact JWS of strict JSON, or is too long', 'RFC 7515 §7.1')
  }
  const { alg, typ, crit } = jws.header
  // RFC 8725 §3.11: a token of another kind (logout token, access token, DPoP proof) says so in `typ`.
  if (typ !== undefined && !(typeof typ === 'string' && typ.toUpperCase() === 'JWT')) {
    refuse('TYP', 'has another "typ" than "JWT": it is a token of another kind', 'RFC 8725 §3.11')
  }
  if (crit !== undefined) refuse('CRIT', 'has a "crit" header; no extension is understood', 'RFC 7515 §4.1.11')
  const allowed = registered === undefined ? (server.id_token_signing_alg_values_supported ?? ['RS256']) : [registered]
  if (!allowed.includes(alg) || !isSignatureAlgorithm(alg)) {
    refuse('ALG', 'is signed with an algorithm other than the registered or announced ones', 'OpenID Connect Core §3.1.3.7 step 7')
  }
  return jws
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
  checkParties(payload, expected)
  checkDates(payload, expected)
  checkNonce(payload['nonce'], expected.nonce)
  checkAuthTime(payload['auth_time'], expected)
  await checkAccessTokenHash(environment, jws, expected.accessToken)
  return { ...payload } as unknown as IdTokenClaims
}

type Checked = IdTokenExpectation & { readonly clockTolerance: number }

/** `NaN`, which compares as false with every date, must not switch the dates off. */
function tolerance(seconds: number = CLOCK_TOLERANCE): number {
  return Number.isNaN(seconds) ? CLOCK_TOLERANCE : Math.min(seconds, MAX_CLOCK_TOLERANCE)
}

function checkParties({ iss, sub, aud, azp }: JsonObject, { issuer, clientId }: IdTokenExpectation): void {
  if (issuer === undefined || iss !== issuer)
    refuse('ISS', 'has another "iss" than the issuer that was asked', 'OpenID Connect Core §3.1.3.7 step 2')
  if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUB_LENGTH) {
    refuse('SUB', 'has no "sub" of 1 to 255 characters', 'OpenID Connect Core §2')
  }
  const audiences = Array.isArray(aud) ? aud : [aud]
  if (!audiences.includes(clientId))
    refuse('AUD', 'is not for this client: "aud" does not contain the client id', 'OpenID Connect Core §3.1.3.7 step 3')
  if (audiences.some((audience) => audience !== clientId)) {
    refuse('AUD', 'is also for others: "aud" names audiences that are not trusted', 'OpenID Connect Core §3.1.3.7 step 3')
  }
  if (azp !== undefined && azp !== clientId)
    refuse('AZP', 'was issued to another client: "azp" is not the client id', 'OpenID Connect Core §3.1.3.7 step 5')
}

function checkDates({ exp, iat, nbf }: JsonObject, { now, clockTolerance }: Checked): void {
  const clock = 'If it should be valid, compare the clocks of this machine and of the server'
  if (!isDate(exp)) refuse('EXP', 'has no "exp" that is a date', 'OpenID Connect Core §2')
  if (exp + clockTolerance <= now) refuse('EXP', `expired ${Math.ceil(now - exp)} s ago. ${clock}`, 'OpenID Connect Core §3.1.3.7 step 9')
  if (!isDate(iat)) refuse('IAT', 'has no "iat" that is a date', 'OpenID Connect Core §2')
  if (iat > now + clockTolerance)
    refuse('IAT', `was issued ${Math.ceil(iat - now)} s in the future. ${clock}`, 'OpenID Connect Core §3.1.3.7 step 10')
  if (iat < now - MAX_AGE_OF_TOKEN) refuse('IAT', 'was issued more than a day ago', 'OpenID Connect Core §3.1.3.7 step 10')
  // Servers that do not use it write 0, which is long past.
  if (nbf !== undefined && nbf !== 0 && !(isDate(nbf) && nbf <= now + clockTolerance))
    refuse('NBF', `is not valid yet. ${clock}`, 'RFC 7519 §4.1.5')
}

function checkNonce(nonce: unknown, expected: string | undefined): void {
  if (expected === undefined) {
    if (nonce !== undefined) refuse('NONCE', 'has a "nonce" though none was sent', 'OpenID Connect Core §3.1.3.7 step 11')
    return
  }
  if (typeof nonce !== 'string' || !constantTimeEqual(nonce, expected)) {
    refuse('NONCE', 'does not carry the "nonce" of this login: it was made for another one', 'OpenID Connect Core §3.1.3.7 step 11')
  }
}

function checkAuthTime(authTime: unknown, { maxAge, now, clockTolerance }: Checked): void {
  // Unasked, some servers write 0 or null for a time that they do not keep.
  if (maxAge === undefined && (authTime === 0 || authTime === null)) return
  if (authTime !== undefined && !isDate(authTime)) refuse('AUTH_TIME', 'has an "auth_time" that is no date', 'OpenID Connect Core §2')
  if (maxAge === undefined) return
  if (authTime === undefined) refuse('AUTH_TIME', 'has no "auth_time" though "max_age" was asked for', 'OpenID Connect Core §3.1.2.1')
  if (authTime + maxAge + clockTolerance < now) {
    refuse('AUTH_TIME', 'tells of a login older than the "max_age" that was asked for', 'OpenID Connect Core §3.1.3.7 step 13')
  }
}

async function checkAccessTokenHash(
  environment: Environment,
  { header, payload }: DecodedJws,
  accessToken: string | undefined,
): Promise<void> {
  const { at_hash } = payload
  if (at_hash === undefined || accessToken === undefined) return
  const expected = await halfHash(environment, header.alg, accessToken)
  if (expected === undefined || typeof at_hash !== 'string' || !constantTimeEqual(at_hash, expected)) {
    refuse('AT_HASH', 'does not belong to the access token it came with: "at_hash" differs', 'OpenID Connect Core §3.1.3.8')
  }
}

function isDate(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= LAST_DATE
}

type Word<T> = T extends `OAUTH_ID_TOKEN_${infer W}` ? W : never

function refuse(word: Word<IdTokenProblem>, found: string, reference: string): never {
  throw new ProtocolError(`OAUTH_ID_TOKEN_${word}`, `ID token refused: it ${found}`, { reference })
}
