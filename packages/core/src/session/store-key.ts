import type { Environment, Maybe } from '../environment.js'
import { digest } from '../jose/digest.js'
import { base64url, utf8Bytes } from '../jose/encoding.js'

/** What tells one machine token from another. */
export interface MachineTokenName {
  readonly issuer: string
  readonly clientId: string
  /** What else tells the grant from others, as JSON: what an assertion says, say. Absent for client credentials. */
  readonly grant?: unknown
  readonly scope?: string | undefined
  readonly resource?: readonly string[] | undefined
}

/** The store key of a token that belongs to the client itself: the same for every process of the same client. */
export function machineKey(
  environment: Environment,
  { issuer, clientId, grant, scope = '', resource = [] }: MachineTokenName,
): Maybe<string> {
  const hash = digest(
    environment,
    'SHA-256',
    utf8Bytes(JSON.stringify([issuer, clientId, scope, resource, ...(grant === undefined ? [] : [grant])])),
  )
  return hash instanceof Promise ? hash.then(name) : name(hash)
}

function name(hash: Uint8Array): string {
  return `cc:${base64url(hash)}`
}
