/**
 * Tokens as the server issued them, with wire names; members the standards do not know are kept.
 *
 * @see RFC 6749 §5.1 https://www.rfc-editor.org/rfc/rfc6749#section-5.1
 */
export interface TokenSet {
  readonly access_token: string
  readonly token_type: string
  readonly refresh_token?: string
  readonly id_token?: string
  /** What was granted: as the server said, or as asked for when it said nothing. */
  readonly scope?: string
  /** Seconds, counted from the answer. */
  readonly expires_in?: number | string
  /** Seconds since the epoch; absent when the server named no lifetime. */
  readonly expires_at?: number
  readonly [member: string]: unknown
}

/** Tokens as an application hands them in: perhaps from a database, perhaps older than this library. `null` counts as absent. */
export interface TokenInput {
  readonly access_token: string
  /** `Bearer` unless told. */
  readonly token_type?: string | undefined
  readonly refresh_token?: string | null | undefined
  readonly id_token?: string | null | undefined
  readonly scope?: string | null | undefined
  /** Seconds; counted from now where there is no `expires_at`. */
  readonly expires_in?: number | string | null | undefined
  /** Seconds since the epoch: no milliseconds, no `Date`. */
  readonly expires_at?: number | string | null | undefined
  readonly [member: string]: unknown
}
