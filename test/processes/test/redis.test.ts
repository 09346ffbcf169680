import { it } from 'vitest'
import { noRedis, startRedis } from '../../../packages/store-redis/test/testing/redis-server.js'
import { scenarios } from '../src/scenarios.js'

if (noRedis !== undefined) it.skip(`Redis: real processes: ${noRedis}`)
else
  scenarios('Redis', async () => {
    const server = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
    return { engine: { kind: 'redis', url: server.url }, restart: () => server.restart(), stop: () => server.stop() }
  })
