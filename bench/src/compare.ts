import { type Contender, cpuRounds, median, type Plan, quantile } from './rounds.ts'

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

/**
 * Measures against one peer after the other, and prints how many times its CPU time ours takes: the median of the rounds' ratios, and between what the
 * half of them lies that is around it. Tells whether all targets are met.
 */
export async function compare({ job, ours, peers, plan }: Comparison): Promise<boolean> {
  console.log(`\n${job}`)
  let allMet = true
  for (const [name, { run, atMost }] of Object.entries(peers)) {
    const { one, other } = await cpuRounds(ours, run, plan)
    const ratios = one.map((time, round) => time / (other[round] ?? Number.NaN))
    const ratio = median(ratios)
    const spread = `${quantile(ratios, 0.25).toFixed(3)} to ${quantile(ratios, 0.75).toFixed(3)}`
    const met = atMost === undefined || ratio <= atMost
    const target = atMost === undefined ? '' : `; at most ${atMost.toFixed(2)}: ${met ? 'met' : 'MISSED'}`
    console.log(`  ${ratio.toFixed(3)} × ${name} (${spread}; ${microseconds(median(one))} and ${microseconds(median(other))}${target})`)
    allMet &&= met
  }
  return allMet
}

function microseconds(time: number): string {
  return `${time.toFixed(1)} µs`
}
