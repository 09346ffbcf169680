/** What is asked of one claim; `null` asks for it and nothing more. */
export interface ClaimRequest {
  /** Without it the claim is a wish, and an answer without it is fine. */
  readonly essential?: boolean
  /** The one value, or the values, that will do. */
  readonly value?: string | number | boolean
  readonly values?: readonly (string | number | boolean)[]
  readonly [member: string]: unknown
}

/** Claims by name. */
export type RequestedClaims = Readonly<Record<string, ClaimRequest | null>>

/**
 * The `claims` parameter: single claims, and from where.
 *
 * @see OpenID Connect Core §5.5 https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter
 */
export interface ClaimsRequest {
  readonly userinfo?: RequestedClaims
  readonly id_token?: RequestedClaims
  readonly [member: string]: unknown
}
