import { NOW } from '../../src/session/testing/fixture.js'
import { record } from '../../src/session/testing/life-cycle.js'
import { type Renew, sharedProcesses, type TestProcess } from '../../src/session/testing/processes.js'
import type { TokenRecord, TokenStore } from '../../src/session/token-record.js'

/** Processes on one store that has a login in it whose token is expired. */
export function expired(more: Partial<TokenRecord> = {}) {
  const world = sharedProcesses()
  world.write(record('0', { token: { ...record('0').token, expires_in: 3600, expires_at: NOW + 3600 }, ...more }))
  world.time.now += 3601
  return world
}

export const current = ({ lifeCycle, place }: TestProcess) => Promise.resolve(lifeCycle.current(place))

export function held(renew: Renew) {
  const reached = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const slow: Renew = async (old, sending) => {
    sending()
    const token = await renew(old, sending)
    reached.resolve()
    await answer.promise
    return token
  }
  return { slow, reached: reached.promise, release: answer.resolve }
}

/** The same process on a store that is a little different. */
export function on(process: TestProcess, change: (store: TokenStore) => Partial<TokenStore>): TestProcess {
  const { store } = process.place
  return { ...process, place: { ...process.place, store: { ...store, ...change(store) } } }
}
