import type { TokenSet } from '../../message/token-set.js'
import { type LifeCyclePorts, TokenLifeCycle } from '../token-life-cycle.js'
import type { TokenRecord } from '../token-record.js'
import { AS, NOW, testClock } from './fixture.js'
import { slowStore } from './stores.js'

export const KEY = 'alice'

/** A record of a login, its tokens named. */
export function record(name: string, more: Partial<TokenRecord> = {}): TokenRecord {
  const token: TokenSet = { access_token: `access-${name}`, refresh_token: `refresh-${name}`, token_type: 'Bearer', expires_at: NOW + 3600 }
  return {
    v: 1,
    issuer: AS,
    token_endpoint: `${AS}/token`,
    client_id: 'client',
    generation: 0,
    grant: { type: 'authorization_code' },
    token,
    ...more,
  }
}

/** A record of a machine's token, by its name. */
export function machineRecord(name: string, more: Partial<TokenRecord> = {}): TokenRecord {
  const token: TokenSet = { access_token: name, token_type: 'Bearer', expires_at: NOW + 3600 }
  return record(name, { token, grant: { type: 'client_credentials' }, ...more })
}

/** What a renewal brings: `access-…-2` and `refresh-…-2`. */
export function renewed(token: TokenSet): TokenSet {
  return { ...token, access_token: `${token.access_token}-2`, refresh_token: `${token.refresh_token}-2` }
}

/** Lets everything run that waits for nothing. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await Promise.resolve()
}

/** A life cycle whose renewals wait until they are let go. */
export function heldLifeCycle(ports: Partial<LifeCyclePorts<undefined>> = {}) {
  const clock = testClock()
  const store = slowStore(clock.now)
  const gate = Promise.withResolvers<void>()
  const revoked: string[] = []
  const lifeCycle = new TokenLifeCycle({
    environment: clock,
    async renew({ token }) {
      await gate.promise
      return renewed(token)
    },
    revoke: async ({ access_token, refresh_token }) => void revoked.push(refresh_token ?? access_token),
    ...ports,
  })
  return { clock, store, revoked, lifeCycle, place: { store, key: KEY }, release: gate.resolve }
}
