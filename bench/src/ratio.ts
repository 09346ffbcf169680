import { Bench } from 'tinybench'

/** One way to do a job. */
export type Contender = () => Promise<unknown>

/** Runs ours and theirs in turn, in the same process, and prints how many times the peer's median time ours takes. */
export async function ratio(job: string, ours: Contender, theirs: Readonly<Record<string, Contender>>): Promise<void> {
  const bench = new Bench({ time: 1500, warmupTime: 300 })
  bench.add('ours', ours)
  for (const [name, contender] of Object.entries(theirs)) bench.add(name, contender)
  await bench.run()
  const medianOf = (name: string) => {
    const result = bench.getTask(name)?.result
    if (result === undefined || !('latency' in result)) throw new Error(`${job}: "${name}" did not finish: ${JSON.stringify(result)}`)
    return result.latency.p50
  }
  const mine = medianOf('ours')
  console.log(`\n${job}: ${(mine * 1000).toFixed(1)} µs`)
  for (const name of Object.keys(theirs))
    console.log(`  ${(mine / medianOf(name)).toFixed(2)} × ${name} (${(medianOf(name) * 1000).toFixed(1)} µs)`)
}
