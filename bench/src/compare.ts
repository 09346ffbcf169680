import { type Contender, cpuRounds, median, type Plan } from './rounds.ts'

/** Somebody else's way to do the same job. */
export interface Peer {
  readonly run: Contender
  /** How many times its CPU time ours may take; absent where it is shown for information. */
  readonly atMost?: number
}

/** One job, done by us and by others. */
export interface Comparison {
  readonly job: string
  readonly ours: Contender
  readonly peers: Readonly<Record<string, Peer>>
  readonly plan: Plan
}

/** Measures, and prints how many times the peers' CPU time ours takes: the median of the rounds' ratios. Tells whether all targets are met. */
export async function compare({ job, ours, peers, plan }: Comparison): Promise<boolean> {
  const names = Object.keys(peers)
  const [mine = [], ...others] = await cpuRounds([ours, ...Object.values(peers).map(({ run }) => run)], plan)
  console.log(`\n${job}: ${microseconds(median(mine))}`)
  const met = names.map((name, index) => {
    const times = others[index] ?? []
    const ratio = median(mine.map((time, round) => time / (times[round] ?? Number.NaN)))
    const atMost = peers[name]?.atMost
    const target = atMost === undefined ? '' : `, target at most ${atMost.toFixed(2)}: ${ratio <= atMost ? 'met' : 'MISSED'}`
    console.log(`  ${ratio.toFixed(3)} × ${name} (${microseconds(median(times))}${target})`)
    return atMost === undefined || ratio <= atMost
  })
  return met.every(Boolean)
}

function microseconds(time: number): string {
  return `${time.toFixed(1)} µs`
}
