import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from './engine.js'
import { logins } from './logins.js'
import { startTokenServer, type TokenServer } from './token-server.js'
import type { Outcomes, WorkerOptions } from './worker.js'
import { buildWorker, type Program, type Worker } from './workers.js'

/** A store's engine, running. */
export interface RunningEngine {
  readonly engine: Engine
  /** Stops the engine and starts it again with its data; absent where there is nothing to restart. */
  readonly restart?: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Milliseconds: a lease has to run out, and the machine may be busy. */
const TIMEOUT = 120_000
const PROCESSES = 4

/** Real processes on one token in a real store, killed and stopped by real signals. */
export function scenarios(name: string, startEngine: () => Promise<RunningEngine>): void {
  let running: RunningEngine
  let program: Program

  beforeAll(async () => {
    ;[running, program] = await Promise.all([startEngine(), buildWorker()])
  }, TIMEOUT)
  afterAll(async () => {
    await program?.remove()
    await running?.stop()
  }, TIMEOUT)

  /** A server, a login in the store whose token is expired, and processes that use it. */
  async function world(options: Partial<WorkerOptions>[], use: (server: TokenServer, workers: Worker[]) => Promise<void>): Promise<void> {
    const server = await startTokenServer()
    const workers: Worker[] = []
    try {
      const { engine } = running
      const key = randomUUID()
      for (const [index, own] of options.entries()) {
        workers.push(await program.start({ engine, key, origin: server.origin, client: index % 2 === 0 ? 'got' : 'ky', ...own }))
      }
      await workers.at(-1)?.login(server.login())
      await use(server, workers)
    } finally {
      await Promise.all(workers.map((worker) => worker.end()))
      await server.stop()
    }
  }

  const calls = (workers: readonly Worker[], count: number) => Promise.all(workers.map((worker) => worker.calls(count)))
  const all = (count: number, outcome = '200'): Outcomes => ({ [outcome]: count })

  describe.concurrent(`${name}: real processes`, () => {
    it(
      `RF02/F20: ${PROCESSES} processes with 500 calls each on one expired token are one token request, and every call is answered`,
      { timeout: TIMEOUT },
      () =>
        world(
          Array.from({ length: PROCESSES }, () => ({})),
          async (server, workers) => {
            expect(await calls(workers, 500)).toEqual(Array.from({ length: PROCESSES }, () => all(500)))
            expect(server.presented).toEqual(['refresh-1'])
          },
        ),
    )

    it('RF16: one that is killed with the lease, before it has sent, costs no request', { timeout: TIMEOUT }, () =>
      world([{ signal: { name: 'SIGKILL', at: 'leased' } }, {}, {}], async (server, [dead, ...others]) => {
        expect(await dead?.calls(5)).toBeUndefined()
        expect(await calls(others, 20)).toEqual([all(20), all(20)])
        expect(server.presented).toEqual(['refresh-1'])
      }),
    )

    it(
      'F21: one that is stopped with the lease, before it has sent, costs no request, and goes on with what the others got',
      { timeout: TIMEOUT },
      () =>
        world([{ signal: { name: 'SIGSTOP', at: 'leased' } }, {}, {}], async (server, [sleeper, ...others]) => {
          const sleeping = sleeper?.calls(5)
          await sleeper?.stopped()
          expect(await calls(others, 20)).toEqual([all(20), all(20)])
          sleeper?.signal('SIGCONT')
          expect(await sleeping).toEqual(all(5))
          expect(server.presented).toEqual(['refresh-1'])
        }),
    )

    it(
      'F19: one that is killed after it has sent costs one request more, at a server with a grace; all others get the new token',
      { timeout: TIMEOUT },
      () =>
        world([{}, {}, {}], async (server, [dead, ...others]) => {
          server.grace = true
          server.next.push('hold')
          const dying = dead?.calls(5)
          await server.held()
          dead?.signal('SIGKILL')
          expect(await dying).toBeUndefined()
          expect(await calls(others, 20)).toEqual([all(20), all(20)])
          expect(server.presented).toEqual(['refresh-1', 'refresh-1'])
        }),
    )

    it(
      'F19: one that is killed between the answer and the store, at a server without a grace: all others are told that it ended, and why',
      { timeout: TIMEOUT },
      () =>
        world([{ signal: { name: 'SIGKILL', at: 'answered' } }, {}, {}], async (server, [dead, ...others]) => {
          expect(await dead?.calls(5)).toBeUndefined()
          const ended = all(20, 'RefreshError terminal refresh_answer_lost')
          expect(await calls(others, 20)).toEqual([ended, ended])
          expect(server.presented).toEqual(['refresh-1', 'refresh-1'])
        }),
    )

    it('F21: one that is stopped between the answer and the store does not put its token over the newer one', { timeout: TIMEOUT }, () =>
      world([{ signal: { name: 'SIGSTOP', at: 'answered' } }, {}, {}], async (server, [sleeper, ...others]) => {
        server.grace = true
        const sleeping = sleeper?.calls(5)
        await sleeper?.stopped()
        expect(await calls(others, 20)).toEqual([all(20), all(20)])
        sleeper?.signal('SIGCONT')
        expect(await sleeping).toEqual(all(5))
        expect(server.presented).toEqual(['refresh-1', 'refresh-1'])
      }),
    )

    it(
      'F21: one that is stopped until its request has timed out, at a server without a grace: all are told that it ended, and nobody asks a third time',
      { timeout: TIMEOUT },
      () =>
        world([{}, {}, {}], async (server, [sleeper, ...others]) => {
          server.next.push('hold')
          const sleeping = sleeper?.calls(5)
          await server.held()
          sleeper?.signal('SIGSTOP')
          const ended = (count: number) => all(count, 'RefreshError terminal refresh_answer_lost')
          expect(await calls(others, 20)).toEqual([ended(20), ended(20)])
          sleeper?.signal('SIGCONT')
          expect(await sleeping).toEqual(ended(5))
          expect(await calls(others, 5)).toEqual([ended(5), ended(5)])
          expect(server.presented).toEqual(['refresh-1', 'refresh-1'])
        }),
    )

    it(
      'F21: one that is stopped while the server answers, at a server without a grace: all are told that it ended, the one that wakes too, and nobody asks a third time',
      { timeout: TIMEOUT },
      () =>
        world([{}, {}, {}], async (server, [sleeper, ...others]) => {
          server.next.push('hold')
          const sleeping = sleeper?.calls(5)
          await server.held()
          sleeper?.signal('SIGSTOP')
          server.release()
          const ended = (count: number) => all(count, 'RefreshError terminal refresh_answer_lost')
          expect(await calls(others, 20)).toEqual([ended(20), ended(20)])
          sleeper?.signal('SIGCONT')
          // Whether it hears its answer first, or that the time for it is over.
          expect(await sleeping).toEqual(ended(5))
          expect(await calls(others, 5)).toEqual([ended(5), ended(5)])
          expect(server.presented).toEqual(['refresh-1', 'refresh-1'])
        }),
    )

    it(
      'F21: one that is stopped while the server answers, at a server with a grace: all get the new token, the one that wakes too',
      { timeout: TIMEOUT },
      () =>
        world([{}, {}, {}], async (server, [sleeper, ...others]) => {
          server.grace = true
          server.next.push('hold')
          const sleeping = sleeper?.calls(5)
          await server.held()
          sleeper?.signal('SIGSTOP')
          server.release()
          expect(await calls(others, 20)).toEqual([all(20), all(20)])
          sleeper?.signal('SIGCONT')
          expect(await sleeping).toEqual(all(5))
          expect(await calls(others, 5)).toEqual([all(5), all(5)])
          expect(server.presented).toEqual(['refresh-1', 'refresh-1'])
        }),
    )

    it.each([
      [503, 'RefreshError transient'],
      [429, 'RefreshError transient'],
    ] as const)(
      'F06/F07: a token endpoint that answers %i ends nothing: %s, and later it works',
      { timeout: TIMEOUT },
      async (status, error) =>
        world([{}, {}], async (server, [first, second]) => {
          server.next.push(status)
          // One call: those that come after it has failed would try again.
          expect(await first?.calls(1)).toEqual(all(1, error))
          expect(await second?.calls(5)).toEqual(all(5))
          expect(server.presented).toEqual(['refresh-1', 'refresh-1'])
        }),
    )

    it('F05/F09: an answer that breaks off in the middle costs one request more, at a server with a grace', { timeout: TIMEOUT }, () =>
      world([{}, {}], async (server, [first, second]) => {
        server.grace = true
        server.next.push('reset')
        expect(await first?.calls(1)).toEqual(all(1, 'RefreshError transient'))
        expect(await second?.calls(20)).toEqual(all(20))
        expect(server.presented).toEqual(['refresh-1', 'refresh-1'])
      }),
    )

    it(
      'F05/F09: an answer that breaks off in the middle, at a server without a grace: the first is told to try again, the next that it ended, and why',
      { timeout: TIMEOUT },
      () =>
        world([{}, {}], async (server, [first, second]) => {
          server.next.push('reset')
          expect(await first?.calls(1)).toEqual(all(1, 'RefreshError transient'))
          const ended = all(20, 'RefreshError terminal refresh_answer_lost')
          expect(await second?.calls(20)).toEqual(ended)
          expect(await first?.calls(20)).toEqual(ended)
          expect(server.presented).toEqual(['refresh-1', 'refresh-1'])
        }),
    )
  })

  logins(name, () => running.engine)

  describe(`${name}: the engine itself`, () => {
    it('F16: is restarted while processes use it: each call is answered or told so, and the token is refreshed once', {
      timeout: TIMEOUT,
    }, async ({ skip }) => {
      const { restart } = running
      if (restart === undefined) return skip('There is no server to restart.')
      await world([{}, {}], async (server, workers) => {
        server.next.push('hold')
        const using = calls(workers, 20)
        await server.held()
        const restarted = restart()
        server.release()
        await restarted
        for (const outcomes of await using) {
          expect(Object.keys(outcomes ?? {}).filter((outcome) => !['200', 'StoreError', 'PersistError'].includes(outcome))).toEqual([])
        }
        expect(await calls(workers, 20)).toEqual([all(20), all(20)])
        expect(server.presented).toEqual(['refresh-1'])
      })
    })
  })
}
