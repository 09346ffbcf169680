import { describe, expect, it } from 'vitest'
import { NOW } from '../../src/session/testing/fixture.js'
import { record } from '../../src/session/testing/life-cycle.js'
import type { TokenRecord } from '../../src/session/token-record.js'
import { current, expired } from './world.js'

describe('a record of a later version', () => {
  const later = { v: 2, issuer: 'i', tokens: [{ access: 'x' }] } as unknown as TokenRecord

  it('is not used, and left as it is, with a typed error', async () => {
    const { start, write, stored } = expired()
    write(later)
    const one = start()
    await expect(current(one)).rejects.toMatchObject({ name: 'StoreError' })
    expect(stored()).toEqual(later)
  })

  it('that looks like one of today is not renewed by rules of today', async () => {
    const { start, write, stored, server } = expired()
    const like = { ...record('0', { token: { ...record('0').token, expires_at: NOW } }), v: 2 } as unknown as TokenRecord
    write(like)
    const one = start()
    await expect(current(one)).rejects.toMatchObject({ name: 'StoreError' })
    expect(server.sent).toEqual([])
    expect(stored()).toEqual(like)
  })
})
