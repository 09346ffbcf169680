import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Login } from './refresh-peer.ts'
import type { PeerName } from './refresh-peers.ts'
import type { Answer, Order } from './refresh-process.ts'

/** A process of callers. */
export interface RefreshProcess {
  save(login: Login): Promise<void>
  open(login: Login): Promise<void>
  /** Makes that many calls at once; `called` resolves when all are under way. */
  calls(count: number): { readonly called: Promise<unknown>; readonly answers: Promise<readonly Answer[]> }
  end(): Promise<void>
}

/** Starts one that has loaded the peer. */
export async function startRefreshProcess(peer: PeerName): Promise<RefreshProcess> {
  const child = fork(join(import.meta.dirname, 'refresh-process.ts'), [peer])
  const gone = once(child, 'exit')
  await answer(child, gone)

  async function order(given: Order): Promise<void> {
    child.send(given)
    await answer(child, gone)
  }

  return {
    save: (login) => order({ save: login }),
    open: (login) => order({ open: login }),
    calls(count) {
      const called = order({ calls: count })
      return { called, answers: called.then(() => answer(child, gone)) as Promise<readonly Answer[]> }
    },
    async end() {
      child.kill()
      await gone
    },
  }
}

async function answer(child: ChildProcess, gone: Promise<unknown>): Promise<unknown> {
  const ended = gone.then(() => Promise.reject(new Error('A process of the bench ended before it answered.')))
  const [message] = (await Promise.race([once(child, 'message'), ended])) as unknown[]
  return message
}
