import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** One way to do a job: does it once. */
export type Contender = (() => unknown) | Elsewhere

/** A job that is asked for here and done in another process. */
export interface Elsewhere {
  /** Asks for it once. */
  readonly run: () => unknown
  /** CPU time in µs that the process has used so far, all its threads included. */
  readonly cpu: () => number | Promise<number>
}

/**
 * CPU time in µs that each contender spends before it is measured. The engine compiles meanwhile, on threads of its own, and whoever has a turn then would
 * be charged for it: a request on got is compiled after some 6,000.
 */
const WARM_UP = 2_000_000

/** How much is measured. */
export interface Plan {
  readonly rounds: number
  /** How often each contender does the job in each round. */
  readonly operations: number
  /** How many are under way at the same time; one unless told. */
  readonly width?: number
  /** CPU time in µs that each contender spends before it is measured: as much as the engine needs, unless told. */
  readonly warmUp?: number
}

/**
 * CPU time of two contenders in µs for one operation, round by round. In each round both take their turn, in reverse order in every other one,
 * so that whatever else the machine does meets both. CPU time, all threads of the process included, hardly feels other processes.
 *
 * What one leaves behind is collected in its own turn: nobody is charged for the other's garbage.
 */
export async function cpuRounds(
  one: Contender,
  other: Contender,
  plan: Plan,
): Promise<{ readonly one: number[]; readonly other: number[] }> {
  const { warmUp = WARM_UP } = plan
  for (const spent = { one: 0, other: 0 }; Math.min(spent.one, spent.other) < warmUp; ) {
    spent.one += await spend(one, plan)
    spent.other += await spend(other, plan)
  }
  const times = { one: [] as number[], other: [] as number[] }
  const first = async () => times.one.push((await spend(one, plan)) / plan.operations)
  const second = async () => times.other.push((await spend(other, plan)) / plan.operations)
  for (let round = 0; round < plan.rounds; round++) {
    for (const turn of round % 2 === 0 ? [first, second] : [second, first]) await turn()
  }
  return times
}

/** The value below which a part of all lie, between the two nearest: 0.5 is the median. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = part * (sorted.length - 1)
  const [below = Number.NaN, above = below] = sorted.slice(Math.floor(at), Math.floor(at) + 2)
  return below + (above - below) * (at % 1)
}

/** The median; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

async function spend(contender: Contender, { operations, width = 1 }: Plan): Promise<number> {
  const { run, cpu } = typeof contender === 'function' ? { run: contender, cpu: ownTime } : contender
  let left = operations
  async function work(): Promise<void> {
    while (left-- > 0) {
      const done = run()
      // What is synchronous does not pay for an await that it does not need.
      if (done instanceof Promise) await done
    }
  }
  const before = await cpu()
  await Promise.all(Array.from({ length: width }, work))
  if (typeof contender === 'function') collectYoung()
  return (await cpu()) - before
}

/**
 * Collects the garbage that is young, as nearly all of it is here. A whole collection would throw away what the engine has learnt, too: both sides then take
 * half as long again.
 */
function collectYoung(): void {
  gc({ type: 'minor' })
}

// The function is there only in contexts that are made after the flag was set.
setFlagsFromString('--expose-gc')
const gc: (options: { readonly type: 'minor' }) => void = runInNewContext('gc')

function ownTime(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
