/**
 * Where one provider is known to depart from the standard, as data. Nothing here applies unless it is set, and it is set per provider.
 */
export interface Quirks {
  /** Statuses beyond 200 that the token endpoint answers a success with, such as `[201]`. */
  readonly acceptTokenStatus?: readonly number[]
  /** Takes JSON whatever its `content-type` says. */
  readonly anyContentType?: boolean
  /** Reads `{"error": …}` with status 200 as the error it is, as GitHub's token endpoint sends it. */
  readonly errorWithStatus200?: boolean
  /** Sends client id and secret in HTTP Basic as they are, without the form encoding of RFC 6749 §2.3.1. */
  readonly rawBasicCredentials?: boolean
}
