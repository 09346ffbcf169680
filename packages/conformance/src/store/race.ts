import { deepEqual, equal } from 'node:assert/strict'
import { cases } from '../check.js'
import type { StoreCheck, StoreSubject } from './check.js'
import { created, newKey, present } from './view.js'

const WRITERS = 50
const WORKERS = 20
const INCREMENTS = 10

export const race: StoreCheck = {
  id: 'store.race',
  title: 'of many at one version one wins, and nothing is lost',
  run: (subject) =>
    cases({
      [`${WRITERS} writers at one version`]: () => writers(subject),
      [`${WRITERS} creators of one key`]: () => creators(subject),
      [`${WRITERS} deleters of one key`]: () => deleters(subject),
      [`${WORKERS} workers that each count to ${INCREMENTS}`]: () => counters(subject),
    }),
}

async function writers(subject: StoreSubject): Promise<void> {
  const key = newKey()
  await oneWins(subject, key, await created(subject.view, key, { writer: 'none' }))
}

function creators(subject: StoreSubject): Promise<void> {
  return oneWins(subject, newKey(), null)
}

async function oneWins({ view, other }: StoreSubject, key: string, expected: string | null): Promise<void> {
  const receipts = await Promise.all(
    Array.from({ length: WRITERS }, (_, writer) => (writer % 2 === 0 ? view : other).compareAndSet(key, expected, { writer })),
  )
  const winners = receipts.flatMap((receipt, writer) => (receipt === undefined ? [] : [writer]))
  equal(winners.length, 1, `${winners.length} of ${WRITERS} were told that they had won`)
  deepEqual((await present(view, key)).value, { writer: winners[0] }, 'what is stored is not what the winner wrote')
}

async function deleters({ view, other }: StoreSubject): Promise<void> {
  const key = newKey()
  const version = await created(view, key, { n: 1 })
  const deleted = await Promise.all(
    Array.from({ length: WRITERS }, (_, deleter) => (deleter % 2 === 0 ? view : other).delete(key, deleter % 4 < 2 ? version : undefined)),
  )
  equal(deleted.filter(Boolean).length, 1, 'not exactly one of those who deleted was told so')
}

async function counters({ view, other }: StoreSubject): Promise<void> {
  const key = newKey()
  await created(view, key, { count: 0 })
  await Promise.all(
    Array.from({ length: WORKERS }, async (_, worker) => {
      const mine = worker % 2 === 0 ? view : other
      for (let done = 0; done < INCREMENTS; ) {
        const { value, version } = await present(mine, key)
        const { count } = value as { count: number }
        if ((await mine.compareAndSet(key, version, { count: count + 1 })) !== undefined) done += 1
      }
    }),
  )
  deepEqual((await present(view, key)).value, { count: WORKERS * INCREMENTS }, 'writes were lost')
}
