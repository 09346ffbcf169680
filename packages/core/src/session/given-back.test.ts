import { describe, expect, it } from 'vitest'
import { heldLifeCycle, KEY, machineRecord, record, renewed, settled } from './testing/life-cycle.js'
import { tokenHash } from './token-hash.js'

/** A life cycle of which one renewal brought `…-2` already, and a second one is on the wire. */
async function renewingTwice() {
  const gate = Promise.withResolvers<void>()
  let count = 0
  const held = heldLifeCycle({
    async renew({ token }) {
      count += 1
      if (count === 2) await gate.promise
      return renewed(token)
    },
  })
  await held.lifeCycle.put(held.place, record('a'))
  await held.lifeCycle.renew(held.place)
  const renewal = held.lifeCycle.renew(held.place).catch((error: unknown) => error)
  await settled()
  return { ...held, renewal, release: gate.resolve }
}

describe('what is given back, and what is not', () => {
  it('an older token put back during the second renewal: what that brings stays', async () => {
    const { lifeCycle, place, store, revoked, renewal, release } = await renewingTwice()
    const read = store.holdRead()
    const put = lifeCycle.put(place, record('a'))
    await read.reached
    release()
    await settled()
    read.release()
    await Promise.allSettled([renewal, put])
    expect([revoked, store.peek(KEY)?.token.refresh_token]).toEqual([[], 'refresh-a-2-2'])
  })

  it('nor is it given back when it cannot be stored at once', async () => {
    const { lifeCycle, place, store, revoked, renewal, release } = await renewingTwice()
    await lifeCycle.put(place, record('a'))
    store.failWrites(1)
    release()
    expect(await renewal).toMatchObject({ name: 'PersistError' })
    expect(revoked).toEqual([])
  })

  it('a machine token that fetch and renewal both got from the server stays', async () => {
    const gate = Promise.withResolvers<void>()
    const { lifeCycle, place, store, revoked } = heldLifeCycle({
      async renew({ token }) {
        await gate.promise
        return { ...token, access_token: 'B' }
      },
    })
    await lifeCycle.put(place, machineRecord('A'))
    const renewal = lifeCycle.renew(place)
    await settled()
    await lifeCycle.put(place, machineRecord('B'))
    gate.resolve()
    await renewal
    expect([revoked, store.peek(KEY)?.token.access_token]).toEqual([[], 'B'])
  })

  it('RF07: a refresh token that is not replaced stays, also beside a new login with it', async () => {
    const { lifeCycle, place, store, revoked } = heldLifeCycle({
      renew: async ({ token }) => ({ ...token, access_token: `${token.access_token}-2` }),
    })
    await lifeCycle.put(place, record('a'))
    store.failWrites(1)
    await expect(lifeCycle.renew(place)).rejects.toMatchObject({ name: 'PersistError' })
    const read = store.holdRead()
    const use = Promise.resolve(lifeCycle.current(place)).catch((error: unknown) => error)
    await read.reached
    const login = record('a')
    await lifeCycle.put(place, { ...login, token: { ...login.token, access_token: 'new' } })
    read.release()
    await use
    expect([revoked, store.peek(KEY)?.token]).toEqual([[], expect.objectContaining({ access_token: 'new', refresh_token: 'refresh-a' })])
  })

  it('a token put back whose write failed does not come over what it became', async () => {
    const { clock, lifeCycle, place, store, revoked, release } = heldLifeCycle()
    await lifeCycle.put(place, record('a'))
    const renewal = lifeCycle.renew(place)
    await settled()
    store.failWrites(1)
    await lifeCycle.put(place, record('a')).catch(() => undefined)
    release()
    await renewal
    clock.time += 40
    const stored = store.peek(KEY)
    if (stored === undefined) throw new Error('nothing is stored')
    await lifeCycle.rejected(place, await tokenHash(clock, stored))
    expect([revoked, store.peek(KEY)?.token.refresh_token]).toEqual([[], 'refresh-a-2-2'])
  })
})
