import { describe, expect, it } from 'vitest'
import { described } from './describe.js'
import { mutations } from './mutations.js'
import { randomSchedules } from './random-schedules.js'

describe('random schedules of four processes with three callers each', () => {
  it.each([
    24_302, 74_144, 86_421, 120_029, 147_397, 193_873, 335_922, 385_586, 419_919, 453_108, 617_046, 661_561, 686_097, 706_046, 812_135,
    819_016,
  ])('RF04/RF05/F17/F22: schedule %i, which broke an invariant once, breaks none', async (seed) => {
    const { failure } = await randomSchedules(seed, 1)
    expect(failure && (await described(failure))).toBeUndefined()
  })

  it('RF02/RF04/RF05/RF06/RF16/F05/F17/F19/F20/F21/F22: every invariant holds in 20,000 of them', async () => {
    const { schedules, steps, faults, failure } = await randomSchedules(1, 20_000)
    expect(failure && `Seed ${failure.seed}: ${await described(failure)}`).toBeUndefined()
    process.stdout.write(`played: ${schedules} random schedules, ${steps} steps, ${faults} faults\n`)
  }, 300_000)

  it('a failure comes again with its seed, and is shrunk to what it takes', async () => {
    const { failure } = await randomSchedules(1, 1_000, mutations['no lease'])
    if (failure === undefined) throw new Error('Renewals without a lease were not found out.')
    expect((await randomSchedules(failure.seed, 1, mutations['no lease'])).failure).toEqual(failure)
    const shortest = await described(failure, mutations['no lease'])
    expect(shortest.split('\n').length).toBeLessThan(failure.schedule.length)
  }, 60_000)
})
