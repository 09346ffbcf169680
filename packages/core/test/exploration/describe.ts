import type { Failure } from './failure.js'
import { replay } from './replay.js'
import { shrink } from './shrink.js'
import type { Mutation } from './world.js'

/** A failure in its shortest form, step by step, for a person to read. */
export async function described(failure: Failure, mutation?: Mutation): Promise<string> {
  const { scenario, schedule, violation } = await shrink(failure, mutation)
  const { told } = await replay(scenario, schedule, { mutation })
  const { name: _, faults: _allowed, processes, ...options } = scenario
  const system = processes.map((calls, number) => `p${number} [${calls.join(', ')}]`).join(', ')
  return [
    `It does not hold that ${violation.invariant}: ${violation.detail}.`,
    `System: ${system} ${JSON.stringify(options)}`,
    ...told.map((line) => `  ${line}`),
  ].join('\n')
}
