import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { testTokenStore } from '@oauth/conformance'
import { encryptedStore } from '@oauth/core/session'
import type { PoolConfig } from 'pg'
import { describe, expect, it } from 'vitest'
import { postgresStore } from '../src/index.js'
import { postgresWorld } from './testing/world.js'

const world = postgresWorld()

describe.each([{ watch: true }, { watch: false, prepare: true }])('the kit, with %j', { timeout: 30_000 }, (options) => {
  testTokenStore(it, () => postgresStore(world.anotherPool({ max: 5, idleTimeoutMillis: 1000 }), options), {
    gone: () => postgresStore(world.anotherPool({ host: `${world.server.connection.host}/nowhere` }), options),
  })
})

// Its checks are run beside each other, since some of them let time pass.
describe.concurrent('encryptedStore(postgresStore)', { timeout: 30_000 }, () => {
  const encrypted = <T>(config: PoolConfig = {}) =>
    encryptedStore<T>(postgresStore<string>(world.anotherPool({ max: 3, idleTimeoutMillis: 100, ...config })), {
      secret: 'a secret of the application that is long enough',
    })
  testTokenStore(it, () => encrypted(), { gone: () => encrypted({ host: `${world.server.connection.host}/nowhere` }) })

  it('LG01: neither the files of the table nor the log show a token; without encryptedStore they do', async () => {
    await encrypted().compareAndSet('key-of-alice', null, { access_token: 'canary-of-alice' }, { ttl: 60 })
    await postgresStore<unknown>(world.pool).compareAndSet('key-of-bob', null, { access_token: 'canary-of-bob' }, { ttl: 60 })
    await world.pool.query('CHECKPOINT')
    const { rows } = await world.pool.query<{ path: string }>("SELECT pg_relation_filepath('oauth_store') AS path")
    for (const bytes of [fileOf(rows[0]?.path ?? ''), logOf('pg_wal')]) {
      const found = ['key-of-alice', 'canary-of-alice', 'canary-of-bob'].filter((text) => bytes.includes(text))
      expect(found).toEqual(['key-of-alice', 'canary-of-bob'])
    }
  })

  /** What is on the disk, by its path in the folder of the server. */
  function fileOf(path: string): Buffer {
    return readFileSync(join(world.server.connection.host, path))
  }

  function logOf(path: string): Buffer {
    const files = readdirSync(join(world.server.connection.host, path), { withFileTypes: true }).filter((entry) => entry.isFile())
    return Buffer.concat(files.map(({ name }) => fileOf(join(path, name))))
  }
})
