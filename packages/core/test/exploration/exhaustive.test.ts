import { afterAll, describe, expect, it } from 'vitest'
import { described } from './describe.js'
import { explore } from './explore.js'
import { small } from './systems.js'

describe('all interleavings of processes on one store, a crash allowed at each step', () => {
  const covered = { states: 0, endings: 0 }
  afterAll(() => {
    process.stdout.write(`explored: ${covered.states} states of ${small.length} systems, ${covered.endings} endings\n`)
  })

  it.each(small)(
    'RF02/RF04/RF05/RF06/RF16/F05/F17/F19/F20/F21/F22: $name',
    async (scenario) => {
      const { states, endings, transitions, isComplete, failure } = await explore(scenario)
      covered.states += states
      covered.endings += endings
      expect(failure && (await described(failure))).toBeUndefined()
      expect(isComplete).toBe(true)
      // Of two steps that come to the same in either order one order is enough: to play both leads nowhere else.
      const all = await explore(scenario, { isReduced: false })
      expect(all.failure).toBeUndefined()
      expect({ states, endings }).toEqual({ states: all.states, endings: all.endings })
      expect(transitions).toBeLessThanOrEqual(all.transitions)
    },
    300_000,
  )
})
