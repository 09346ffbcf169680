import { describe, expect, it } from 'vitest'
import { described } from './describe.js'
import { explore } from './explore.js'
import type { Invariant } from './invariants.js'
import { mutations } from './mutations.js'
import type { Call } from './scenario.js'
import type { Faults } from './scheduler.js'

const ONCE: Invariant = 'a refresh token is spent once, and once more for each answer that was lost'
const NOT_OLDER: Invariant = 'no stored token is older than one that was stored before'
const ONLY_WHEN_OVER: Invariant = 'a caller is told that a session is over only when it is'

interface Break {
  readonly mutation: keyof typeof mutations
  readonly processes: readonly (readonly Call[])[]
  readonly faults: Faults
  readonly lenient?: boolean
  readonly breaks: Invariant
}
const two: readonly (readonly Call[])[] = [['use'], ['use']]
const breaks: readonly Break[] = [
  { mutation: 'no re-read', processes: two, faults: {}, breaks: NOT_OLDER },
  {
    mutation: 'no re-read when refused',
    processes: two,
    faults: { lease: 1 },
    breaks: ONLY_WHEN_OVER,
  },
  { mutation: 'no fencing', processes: two, faults: { lease: 1 }, lenient: true, breaks: NOT_OLDER },
  { mutation: 'no grace', processes: [['use'], ['put back']], faults: {}, breaks: NOT_OLDER },
  { mutation: 'lease by the local clock', processes: two, faults: {}, breaks: ONCE },
  { mutation: 'no lease', processes: two, faults: {}, breaks: ONCE },
  { mutation: 'lease that never ends', processes: two, faults: { crash: 1 }, breaks: 'everyone makes progress' },
  {
    mutation: 'an end for all but who comes late',
    processes: two,
    faults: { lease: 1 },
    breaks: 'a session that has ended is over until somebody logs in',
  },
  { mutation: 'no end', processes: two, faults: { answer: 1 }, breaks: ONLY_WHEN_OVER },
  {
    mutation: 'no journal',
    processes: two,
    faults: { answer: 1 },
    breaks: 'a session ends only when an answer was lost, and says so',
  },
  {
    mutation: 'a deletion is an end',
    processes: [['use'], ['logout']],
    faults: {},
    breaks: 'the new tokens of a deleted session are revoked',
  },
  { mutation: 'renewals create', processes: [['use'], ['logout']], faults: {}, breaks: 'a deleted session stays deleted' },
]

describe('a protocol that is broken is found out', () => {
  it('has a system for each way to break it', () => {
    expect(breaks.map(({ mutation }) => mutation)).toEqual(Object.keys(mutations))
  })

  it.each(breaks)(
    '$mutation: it does not hold that $breaks',
    async ({ mutation, breaks, ...system }) => {
      const scenario = { name: mutation, ...system }
      expect((await explore(scenario)).failure).toBeUndefined()
      const { failure } = await explore(scenario, { mutation: mutations[mutation] })
      expect(failure?.violation.invariant).toBe(breaks)
      const shortest = failure === undefined ? '' : await described(failure, mutations[mutation])
      expect(shortest).toContain(breaks)
      expect(shortest.split('\n').length).toBeLessThan(40)
    },
    60_000,
  )
})
