import type { Pool } from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { type PostgresStore, postgresSchema, postgresStore } from '../src/index.js'
import { postgresWorld } from './testing/world.js'

const world = postgresWorld()

describe.each(['read committed', 'repeatable read', 'serializable'])('default_transaction_isolation = %s', (isolation) => {
  const table = isolation.replace(' ', '_')

  const pools: Pool[] = []
  let one: PostgresStore<number>
  let other: PostgresStore<number>

  beforeAll(async () => {
    await world.pool.query(postgresSchema(table))
    const options = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
    // Two pools, as two processes have them.
    pools.push(...[1, 2].map(() => world.anotherPool({ max: 8, options })))
    for (const pool of pools) expect((await pool.query('SHOW transaction_isolation')).rows).toEqual([{ transaction_isolation: isolation }])
    ;[one, other] = pools.map((pool) => postgresStore<number>(pool, { table })) as [typeof one, typeof other]
  })

  it('RF02: of 200 that make a key at once one wins', async () => {
    const receipts = await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? one : other).compareAndSet('make', null, n, { ttl: 60 })),
    )
    expect(receipts.filter(Boolean)).toHaveLength(1)
    expect((await one.get('make'))?.value).toBe(receipts.findIndex(Boolean))
  })

  it('RF02: of 200 that write over the same version one wins, version after version', async () => {
    let version = (await one.compareAndSet('counter', null, -1, { ttl: 60 }))?.version ?? ''
    for (let round = 0; round < 3; round++) {
      const receipts = await Promise.all(
        Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? one : other).compareAndSet('counter', version, n, { ttl: 60 })),
      )
      const won = receipts.filter((receipt) => receipt !== undefined)
      expect(won).toHaveLength(1)
      version = won[0]?.version ?? ''
      expect(await other.get('counter')).toMatchObject({ version, value: receipts.findIndex(Boolean) })
    }
  })

  it('RF04: no update is lost: 40 that each add one, over and over, reach 40', async () => {
    const add = async (store: PostgresStore<number>) => {
      for (;;) {
        const entry = await store.get('sum')
        if (await store.compareAndSet('sum', entry?.version ?? null, (entry?.value ?? 0) + 1, { ttl: 60 })) return
      }
    }
    await Promise.all(Array.from({ length: 40 }, (_, n) => add(n % 2 === 0 ? one : other)))
    expect((await one.get('sum'))?.value).toBe(40)
  })

  it('of 50 that delete the same version one does', async () => {
    const version = (await one.compareAndSet('delete', null, 0, { ttl: 60 }))?.version
    const deleted = await Promise.all(Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? one : other).delete('delete', version)))
    expect(deleted.filter(Boolean)).toHaveLength(1)
  })

  it('writers of different keys do not fail each other', async () => {
    const receipts = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const store = n % 2 === 0 ? one : other
        const made = await store.compareAndSet(`key ${n}`, null, n, { ttl: 60 })
        await store.get(`key ${n}`)
        return store.compareAndSet(`key ${n}`, made?.version ?? '', n, { ttl: 60 })
      }),
    )
    expect(receipts.filter(Boolean)).toHaveLength(200)
  })

  it('of 100 that make an expired key anew one wins, while the expired are deleted', async () => {
    await one.compareAndSet('expired', null, -1, { ttl: 0 })
    const receipts = await Promise.all([
      ...Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? one : other).compareAndSet('expired', null, n, { ttl: 60 })),
      one.deleteExpired().then(() => undefined),
      other.deleteExpired().then(() => undefined),
    ])
    expect(receipts.filter(Boolean)).toHaveLength(1)
    expect((await one.get('expired'))?.value).toBe(receipts.findIndex(Boolean))
  })
})
