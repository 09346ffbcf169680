import { Pool, type PoolConfig } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { postgresSchema } from '../../src/schema.js'
import { type PostgresServer, startPostgres } from './postgres-server.js'

/** A server for the tests of a file, and pools on it that are ended with it. */
export interface World {
  readonly server: PostgresServer
  readonly pool: Pool
  /** Another pool, as another process would have it. */
  anotherPool(config?: PoolConfig): Pool
}

export function postgresWorld(): World {
  const pools: Pool[] = []
  const world = {
    server: undefined as unknown as PostgresServer,
    pool: undefined as unknown as Pool,
    anotherPool(config: PoolConfig = {}) {
      const pool = new Pool({ ...world.server.connection, ...config })
      // What `pg` asks of every application: an idle connection that breaks is told here, and ends the process where nobody listens.
      pool.on('error', () => undefined)
      pools.push(pool)
      return pool
    },
  }
  beforeAll(async () => {
    world.server = await startPostgres()
    world.pool = world.anotherPool()
    await world.pool.query(postgresSchema())
  }, 60_000)
  afterAll(async () => {
    const ended = Promise.all(pools.map((pool) => pool.end()))
    // A test that failed may not have given back a connection, and its pool would never end: the server is stopped all the same.
    await world.server?.stop()
    await ended
  })
  return world
}
