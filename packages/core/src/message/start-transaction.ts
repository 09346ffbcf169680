import type { Client } from '../client-authentication/client.js'
import { endpointUrl, type ServerMetadata, serverIdentity } from '../metadata/server-metadata.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { promises } from './response-type.js'

type Known = 'v' | 'type' | 'id' | 'issuer' | 'token_endpoint' | 'client_id' | 'createdAt'

/** What a login says of itself; members that are `undefined` are left out. */
type Members = {
  readonly [K in Exclude<keyof AuthorizationTransaction, Known | 'state'>]?: AuthorizationTransaction[K] | undefined
}

/** Options of {@link startTransaction}. */
export interface TransactionOptions extends Members {
  readonly state: string
  /** Seconds since the epoch. */
  readonly now: number
}

/** The transaction of a login that begins now, bound to the server, its token endpoint and the client. The same before and after JSON. */
export function startTransaction(
  server: ServerMetadata,
  client: Client,
  { state, now, response_type = 'code', ...members }: TransactionOptions,
): AuthorizationTransaction {
  return {
    v: 1,
    type: 'authorization',
    id: state.slice(0, 16),
    issuer: serverIdentity(server),
    // A server of nothing but the implicit grant has none.
    token_endpoint: promises(response_type, 'code') ? endpointUrl(server, 'token_endpoint') : (server.token_endpoint ?? ''),
    client_id: client.client_id,
    response_type,
    state,
    createdAt: Math.floor(now),
    ...present(members),
  }
}

function present<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there: { [K in keyof T]?: Exclude<T[K], undefined> } = {}
  for (const name of Object.keys(members) as (keyof T)[]) {
    const value = members[name]
    if (value !== undefined) there[name] = value as Exclude<T[keyof T], undefined>
  }
  return there
}
