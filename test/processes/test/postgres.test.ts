import { postgresSchema } from '@oauth/store-postgres'
import { Pool } from 'pg'
import { startPostgres } from '../../../packages/store-postgres/test/testing/postgres-server.js'
import { scenarios } from '../src/scenarios.js'

scenarios('PostgreSQL', async () => {
  const server = await startPostgres()
  const pool = new Pool(server.connection)
  await pool.query(postgresSchema())
  await pool.end()
  return { engine: { kind: 'postgres', connection: server.connection }, restart: () => server.restart(), stop: () => server.stop() }
})
