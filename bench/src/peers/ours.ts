import { memoryStore, type TokenRecord, type TokenStore } from '@oauth/core/session'
import { OAuth2Session } from '@oauth/node-got'
import { CLIENT_ID, CLIENT_SECRET, EXPIRED_AT, type Login, type RefreshPeer } from '../refresh-peer.ts'

/** `ensureActiveToken()` of a session of its own for each caller, as a server has one for each of its requests, all on one store. */
export function ours(storeOf: (login: Login) => Promise<TokenStore>): RefreshPeer {
  const session = ({ origin }: Login, store: TokenStore) =>
    new OAuth2Session({
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      server: { issuer: origin, token_endpoint: `${origin}/token` },
      store,
      key: 'alice',
    })
  return {
    async save(login) {
      await session(login, await storeOf(login)).setToken({ ...login.tokens, token_type: 'Bearer', expires_at: EXPIRED_AT })
    },
    async open(login) {
      const store = await storeOf(login)
      return async () => {
        const own = session(login, store)
        await own.ensureActiveToken()
        return String(own.token?.access_token)
      }
    },
  }
}

const inMemory = new Map<string, TokenStore>()

/** In one process. */
export const peer: RefreshPeer = ours(async ({ folder }) => {
  const store = inMemory.get(folder) ?? memoryStore<TokenRecord>()
  inMemory.set(folder, store)
  return store
})
