import { explain } from '../error/explain.js'
import { quoted } from '../error/printable.js'
import type { Json, JsonObject } from '../http/json.js'
import { refuseIdToken } from './refuse-id-token.js'

/** Whom an ID token has to come from and be meant for. */
export interface IdTokenParties {
  /** `undefined` for a server that has none: then no ID token is taken. */
  readonly issuer: string | undefined
  readonly clientId: string
  /** Further audiences that the token may name beside the client id; none unless told. */
  readonly trustedAudiences?: readonly string[] | undefined
}

const MAX_SUB_LENGTH = 255
/** How many audiences a message repeats. */
const MAX_SHOWN = 5

/**
 * Checks who issued an ID token, about whom, and for whom. The messages say what was found, through `redacted`.
 *
 * @see OpenID Connect Core §3.1.3.7, steps 2 to 5
 */
export function checkParties(
  { iss, sub, aud, azp }: JsonObject,
  { issuer, clientId, trustedAudiences = [] }: IdTokenParties,
  redacted?: (text: string) => string,
): void {
  if (issuer === undefined) {
    const missing = explain && 'cannot be told to come from this server: its metadata has no "issuer". Give it in the option "server"'
    refuseIdToken('ISS', missing, 'OpenID Connect Core §3.1.3.7 step 2')
  }
  if (iss !== issuer) {
    refuseIdToken(
      'ISS',
      explain && `is from another issuer: "iss" is ${shown?.(iss, redacted)}, not ${quoted(issuer)}`,
      'OpenID Connect Core §3.1.3.7 step 2',
    )
  }
  if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUB_LENGTH) {
    refuseIdToken('SUB', explain && 'has no "sub" of 1 to 255 characters', 'OpenID Connect Core §2')
  }
  const audiences: readonly Json[] = Array.isArray(aud) ? aud : [aud]
  if (!audiences.includes(clientId)) {
    refuseIdToken(
      'AUD',
      explain && `is not for this client: "aud" is ${shown?.(aud, redacted)}, not ${quoted(clientId)}`,
      'OpenID Connect Core §3.1.3.7 step 3',
    )
  }
  const others = audiences.filter((one) => one !== clientId && !(typeof one === 'string' && trustedAudiences.includes(one)))
  if (others.length > 0) {
    refuseIdToken(
      'AUD',
      explain &&
        `is also for others: "aud" names ${shown?.(others, redacted)} beside this client. If they belong to this server, name them in the option "trustedAudiences"`,
      'OpenID Connect Core §3.1.3.7 step 3',
    )
  }
  // Servers that have nothing to say with it write out null or nothing.
  if (azp !== undefined && azp !== null && azp !== '' && azp !== clientId) {
    refuseIdToken(
      'AZP',
      explain && `was issued to another client: "azp" is ${shown?.(azp, redacted)}, not ${quoted(clientId)}`,
      'OpenID Connect Core §3.1.3.7 step 5',
    )
  }
}

/** What a claim is, briefly. */
const shown = explain
  ? (claim: Json | undefined, redacted = (text: string): string => text): string => {
      if (claim === undefined) return 'absent'
      const all: readonly Json[] = Array.isArray(claim) ? claim : [claim]
      const some = all.slice(0, MAX_SHOWN).map((one) => (typeof one === 'string' ? quoted(redacted(one)) : 'no text'))
      return `${some.join(', ') || 'an empty list'}${all.length > MAX_SHOWN ? ` and ${all.length - MAX_SHOWN} more` : ''}`
    }
  : undefined
