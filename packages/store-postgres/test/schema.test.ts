import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { postgresSchema, postgresStore } from '../src/index.js'
import { postgresWorld } from './testing/world.js'

const world = postgresWorld()

it('the migration that is shipped and postgresSchema() are the same text', async () => {
  expect(await readFile(new URL('../migrations/0001_oauth_store.sql', import.meta.url), 'utf8')).toBe(postgresSchema())
})

it('the migration can be run again, and loses nothing', async () => {
  const store = postgresStore<string>(world.pool)
  await store.compareAndSet('kept', null, 'value', { ttl: 60 })
  await world.pool.query(postgresSchema())
  expect(await store.get('kept')).toMatchObject({ value: 'value' })
})

it('processes that start at the same time may all run it', async () => {
  const pools = Array.from({ length: 8 }, () => world.anotherPool({ max: 1 }))
  await Promise.all(pools.map((pool) => pool.query('SELECT 1')))
  for (const name of ['together_1', 'together_2', 'together_3']) await Promise.all(pools.map((pool) => pool.query(postgresSchema(name))))
  expect(await postgresStore<string>(world.pool, { table: 'together_3' }).get('key')).toBeUndefined()
})
