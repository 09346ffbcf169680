import { memoryStore, type TokenRecord, type TokenStore } from '@oauth/node-got'
import type { HostileAnswer, HostileScript } from '@oauth-test/provider'
import { type Clock, clock } from './world.ts'

export const KEY = 'alice'

/** A store that several processes share: each sees it through an object of its own, as through a connection. */
export interface SharedStore {
  /** What is stored at present. */
  stored(): Promise<TokenRecord | undefined>
  /** One process's view; `faults` are calls that go wrong there, given how they should go. */
  seen(faults?: (right: TokenStore) => Partial<TokenStore>): TokenStore
}

export function sharedStore(time: Clock): SharedStore {
  const { local: _alone, ...memory } = memoryStore<TokenRecord>({ now: time.now })
  return {
    stored: async () => (await memory.get(KEY))?.value,
    seen: (faults = () => ({})) => ({ ...memory, ...faults(memory) }),
  }
}

/** A clock that whoever sleeps puts forward, so that nobody has to wait for a lease to be over. */
export function hurriedClock(): Clock {
  const time = clock()
  time.sleep = async (ms) => {
    time.ahead += ms / 1000
  }
  return time
}

/** Something that is waited for, and what makes it happen. */
export function event(): { readonly happened: Promise<void>; happen(): void } {
  let happen = () => {}
  const happened = new Promise<void>((resolve) => {
    happen = resolve
  })
  return { happened, happen: () => happen() }
}

/** An answer that is on its way until it is released. */
export function held(answer: HostileAnswer) {
  const asked = event()
  const released = event()
  const script: HostileScript = async () => {
    asked.happen()
    await released.happened
    return answer
  }
  return { script, asked: asked.happened, release: released.happen }
}
