import { describe, expect, it } from 'vitest'
import { current, expired, held, on } from './world.js'

describe('SS19: a logout that the store has not done, while the token was renewed', () => {
  it.each([true, false])(
    'serves nobody the expired token before, whose refresh token is spent (store of one process: %s)',
    async (local) => {
      const { start, server } = expired()
      const { slow, reached, release } = held((old) => server.refresh(old))
      const base = start(slow)
      const one = on(base, () => ({ local }))
      const renewing = current(one).catch((error: unknown) => error)
      await reached
      base.fail.delete = 1
      await expect(one.lifeCycle.delete(one.place)).rejects.toMatchObject({ name: 'StoreError' })
      base.fail.compareAndSet = 1
      release()
      expect(await renewing).toMatchObject({ reason: 'session_deleted' })
      await expect(current(one)).rejects.toMatchObject({ reason: 'session_deleted' })
      expect(server.sent).toEqual(['refresh-0'])
    },
  )
})
