import type { TokenSet } from '../../src/message/token-set.js'
import { tokenHash } from '../../src/session/token-hash.js'
import type { TokenRecord } from '../../src/session/token-record.js'
import type { CallUnderWay } from './invariants.js'
import { numberOf } from './model-server.js'
import type { Process } from './process.js'

/** Makes a caller's call. Resolves to what it got, or `'done'` where that is nothing to look at. */
export async function perform(process: Process, underWay: CallUnderWay, first: TokenRecord): Promise<TokenRecord | undefined | 'done'> {
  const { lifeCycle, place, environment, world } = process
  switch (underWay.call) {
    case 'use':
      return lifeCycle.current(place)
    case 'renew':
      return lifeCycle.renew(place)
    case 'rejected':
      await lifeCycle.rejected(place, await tokenHash(environment, first))
      return lifeCycle.current(place)
    case 'login':
      return put(process, underWay, tokenRecord(world.server.login(), environment.now() + 86_400))
    case 'put back':
      return put(process, underWay, first)
    case 'logout':
      await lifeCycle.delete(place)
      return 'done'
  }
}

async function put({ number: actor, lifeCycle, place, world }: Process, call: CallUnderWay, token: TokenRecord): Promise<TokenRecord> {
  const number = numberOf(token.token.access_token)
  world.invariants.puts(call, number)
  const stored = await lifeCycle.put(place, token)
  world.invariants.hasPut(actor, number)
  return stored
}

/** A token as a login stores it. */
export function tokenRecord(token: TokenSet, expiresAt: number): TokenRecord {
  return {
    v: 1,
    issuer: 'https://as.example',
    token_endpoint: 'https://as.example/token',
    client_id: 'client',
    generation: 0,
    grant: { type: 'authorization_code' },
    token: { ...token, expires_at: expiresAt },
  }
}
