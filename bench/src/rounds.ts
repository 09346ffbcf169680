/** One way to do a job: does it once. */
export type Contender = (() => unknown) | Elsewhere

/** A job that is asked for here and done in another process. */
export interface Elsewhere {
  /** Asks for it once. */
  readonly run: () => unknown
  /** CPU time in µs that the process has used so far, all its threads included. */
  readonly cpu: () => number | Promise<number>
}

/** Rounds that are not counted: until then the engine compiles. */
const WARM_UP = 3

/** How much is measured. */
export interface Plan {
  readonly rounds: number
  /** How often each contender does the job in each round. */
  readonly operations: number
  /** How many are under way at the same time; one unless told. */
  readonly width?: number
}

/**
 * CPU time of two contenders in µs for one operation, round by round. In each round both take their turn, in reverse order in every other one,
 * so that whatever else the machine does meets both. CPU time, all threads of the process included, hardly feels other processes.
 */
export async function cpuRounds(
  one: Contender,
  other: Contender,
  plan: Plan,
): Promise<{ readonly one: number[]; readonly other: number[] }> {
  const times = { one: [] as number[], other: [] as number[] }
  const first = async () => times.one.push((await spend(one, plan)) / plan.operations)
  const second = async () => times.other.push((await spend(other, plan)) / plan.operations)
  for (let round = 0; round < WARM_UP + plan.rounds; round++) {
    for (const turn of round % 2 === 0 ? [first, second] : [second, first]) await turn()
  }
  return { one: times.one.slice(WARM_UP), other: times.other.slice(WARM_UP) }
}

/** The median; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1)
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
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
  return (await cpu()) - before
}

function ownTime(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
