import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import type { RevocationResult } from '../flow/revoke.js'
import type { Revocation } from '../message/revocation.js'
import type { TokenSet } from '../message/token-set.js'
import type { RevokeOptions } from './method-options.js'

/** What revoking a session's own token needs of the session. */
export interface RevocationPorts {
  /** The session's token as it is now. */
  stored(): Promise<TokenSet | undefined>
  /** Asks the server. */
  send(revocation: Revocation): Promise<RevocationResult>
}

/** The token that was revoked last, and the answer. */
export interface OwnRevocation {
  readonly token: string
  readonly result: RevocationResult
}

/**
 * Revokes a session's own token: the kind that is named, else the refresh token, else the access token. Tells which one it was, and what the server answered.
 *
 * @throws {@link UsageError} when there is none.
 */
export async function revokeOwn(kind: RevokeOptions['tokenTypeHint'], { stored, send }: RevocationPorts): Promise<OwnRevocation> {
  let own = ownToken(await stored(), kind)
  if (own === undefined)
    throw new UsageError(explain && `revokeToken: there is no ${kind ?? 'token'} to revoke.`, { code: 'OAUTH_MISSING_TOKEN' })
  for (;;) {
    const result = await send(own)
    const { token } = own
    // A renewal that was under way may have put another refresh token in its place, which would outlive the logout.
    const next = kind === 'access_token' ? undefined : ownToken(await stored(), kind)
    if (next === undefined || next.token === token) return { token, result }
    own = next
  }
}

/** Tells what is left of a session's token once a part of it is revoked. Without its refresh token, or its only token, nothing is. */
export function leftover({ access_token, refresh_token }: TokenSet, revoked: string): 'all' | 'refresh_token' | 'nothing' {
  if (revoked === (refresh_token ?? access_token)) return 'nothing'
  return revoked === access_token ? 'refresh_token' : 'all'
}

/** The session's token of a kind, as requests about it name it; the refresh token where there is one, unless told. */
export function ownToken(
  { access_token, refresh_token }: Partial<TokenSet> = {},
  kind: RevokeOptions['tokenTypeHint'],
): Revocation | undefined {
  if (kind === 'access_token') return revocation(access_token, kind)
  if (kind === 'refresh_token' || refresh_token !== undefined) return revocation(refresh_token, 'refresh_token')
  return revocation(access_token, undefined)
}

function revocation(token: string | undefined, token_type_hint: Revocation['token_type_hint']): Revocation | undefined {
  return token === undefined ? undefined : { token, token_type_hint }
}
