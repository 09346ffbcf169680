import { cachedStore, OAuth2Session, type TokenRecord, type TokenStore } from '@oauth/core/session'
import { redisStore } from '@oauth/store-redis'
import { startMonitor } from '../../packages/store-redis/test/testing/monitor.ts'
import { noRedis, startRedis } from '../../packages/store-redis/test/testing/redis-server.ts'
import type { Count } from './count.ts'
import { freshToken } from './fresh-token.ts'
import { noRequests } from './no-requests.ts'
import { connectRedis } from './redis.ts'

/** How many commands Redis is sent for fresh tokens, as its own MONITOR tells. */
export async function* redisRoundTrips(brief: boolean): AsyncGenerator<Count, void> {
  const calls = brief ? 20 : 1000
  const job = `${calls} calls with a fresh token in Redis`
  if (noRedis !== undefined) {
    yield { job, lines: [`skipped: ${noRedis}`], isMet: true }
    return
  }
  const server = await startRedis()
  const connection = await connectRedis(server.url)
  const monitor = await startMonitor(server)
  try {
    const direct = redisStore<TokenRecord>(connection.client)
    await ensure(direct, freshToken().options)
    // Each call has a session of its own, as a server has for each of its requests.
    const commands = async (store: TokenStore) => {
      await ensure(store)
      const seen = await monitor.commandsOf(async () => {
        for (let call = 0; call < calls; call++) await ensure(store)
      })
      return seen.length
    }
    const [plain, cached] = [await commands(direct), await commands(cachedStore(direct))]
    const lines = [`redisStore: ${plain} commands`, `cachedStore(redisStore): ${cached} commands`]
    yield { job, lines, isMet: plain === calls && cached === 0 }
  } finally {
    monitor.stop()
    await connection.close()
    await server.stop()
  }
}

async function ensure(store: TokenStore, token = {}): Promise<void> {
  const session = new OAuth2Session({ issuer: 'https://as.example', clientId: 'client', ...token, store, key: 'alice' }, noRequests)
  if (!(await session.ensureActiveToken())) throw new Error('There is no token in the store.')
}
