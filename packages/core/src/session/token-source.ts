import { decodeJws } from '../jose/jws.js'
import type { IdTokenClaims } from '../message/id-token.js'
import type { TokenSet } from '../message/token-set.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { SessionOptions } from './session-options.js'
import { type GrantMemory, isRepeatable, type TokenOrigin, type TokenRecord } from './token-record.js'

/** Where a token came from, as far as that is known. */
export interface TokenSource {
  readonly server?: ServerMetadata
  readonly endpoint?: string | undefined
  /** Of the verified ID token. */
  readonly claims?: IdTokenClaims | undefined
}

/** Whose token it is. */
type Client = Pick<SessionOptions, 'issuer' | 'server' | 'clientId'>

/** The record of a token that was just issued or handed in, with all that its renewal has to know. */
export function newRecord(
  options: Client,
  { token, grant }: { readonly token: TokenSet; readonly grant: GrantMemory },
  source: TokenSource,
): TokenRecord {
  return {
    v: 1,
    ...tokenOrigin(options, source),
    token,
    generation: 0,
    grant: granted(grant, token),
    ...(source.claims === undefined ? claimedSubject(token) : subjectOf(source.claims)),
  }
}

/** Where a token comes from, and whose it is. */
export function tokenOrigin({ issuer, server = {}, clientId }: Client, source: TokenSource = {}): TokenOrigin {
  const { issuer: known, token_endpoint } = source.server ?? server
  return {
    // A server without issuer and token endpoint renews nothing; its tokens can be used all the same.
    issuer: issuer ?? known ?? token_endpoint ?? '',
    // A token that was handed in did not say where it came from; it is renewed at the server's present endpoint, if there is one.
    token_endpoint: source.endpoint ?? source.server?.token_endpoint ?? '',
    client_id: clientId,
  }
}

/** What can be asked for again is asked for as it was; for other grants counts what was granted. */
function granted(grant: GrantMemory, { scope }: TokenSet): GrantMemory {
  return scope === undefined || isRepeatable(grant) ? grant : { ...grant, scope }
}

/** Of an ID token that nobody has verified here. It tells nobody who logged in; it can only make UserInfo of another subject be refused. */
function claimedSubject({ id_token }: TokenSet): { subject?: string; sid?: string } {
  return id_token === undefined ? {} : subjectOf(decodeJws(id_token)?.payload ?? {})
}

function subjectOf({ sub, sid }: { readonly sub?: unknown; readonly sid?: unknown }): { subject?: string; sid?: string } {
  return { ...(typeof sub === 'string' ? { subject: sub } : {}), ...(typeof sid === 'string' ? { sid } : {}) }
}
