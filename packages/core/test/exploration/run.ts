import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { described } from './describe.js'
import { explore } from './explore.js'
import { randomSchedules } from './random-schedules.js'
import { large, small } from './systems.js'

/**
 * Explores all systems, then plays random schedules of larger ones; prints what was covered, and the first failure of each in its shortest form.
 *
 *     pnpm explore [first seed] [number of schedules] [seconds for each system]
 */

// Errors are made by the million here, and where each was made says nothing.
Error.stackTraceLimit = 0

/** How many schedules are played by one job. */
const BATCH = 10_000

type Job =
  | { readonly type: 'system'; readonly at: number; readonly seconds: number }
  | { readonly type: 'schedules'; readonly seed: number; readonly count: number }

const SYSTEMS = [...small, ...large]
// Errors are made by the million here.
Error.stackTraceLimit = 0

if (isMainThread) await main(process.argv.slice(2).map(Number))
else parentPort?.postMessage(await work(workerData as Job))

interface Result {
  readonly text: string
  readonly failed: boolean
  readonly states: number
  readonly schedules: number
}

async function main([seed = 1, count = 1_000_000, seconds = Number.POSITIVE_INFINITY]: readonly number[]): Promise<void> {
  const jobs: Job[] = SYSTEMS.map((_, at) => ({ type: 'system', at, seconds }))
  for (let at = 0; at < count; at += BATCH) jobs.push({ type: 'schedules', seed: seed + at, count: Math.min(BATCH, count - at) })
  const total = { states: 0, schedules: 0, failures: 0 }
  const next = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const { text, failed, states, schedules } = await inThread(job)
      if (job.type === 'system' || failed) process.stdout.write(`${text}\n`)
      total.states += states
      total.schedules += schedules
      total.failures += failed ? 1 : 0
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, next))
  process.stdout.write(
    `${total.states} states of ${SYSTEMS.length} systems, and ${total.schedules} random schedules: ${total.failures} failures\n`,
  )
  process.exitCode = total.failures === 0 ? 0 : 1
}

function inThread(job: Job): Promise<Result> {
  return new Promise((resolve, reject) => {
    new Worker(new URL(import.meta.url), { workerData: job }).once('message', resolve).once('error', reject)
  })
}

async function work(job: Job): Promise<Result> {
  if (job.type === 'schedules') {
    const { schedules, failure } = await randomSchedules(job.seed, job.count)
    return {
      text: failure === undefined ? '' : `Seed ${failure.seed}: ${await described(failure)}`,
      failed: failure !== undefined,
      states: 0,
      schedules,
    }
  }
  const [scenario] = SYSTEMS.slice(job.at)
  if (scenario === undefined) throw new Error(`There is no system ${job.at}.`)
  const began = performance.now()
  const { states, transitions, endings, isComplete, failure } = await explore(scenario, { seconds: job.seconds })
  const seconds = Math.round((performance.now() - began) / 1000)
  const numbers = `${states} states, ${transitions} steps, ${endings} endings, ${seconds} s${isComplete ? '' : ', not all'}`
  return {
    text: `${scenario.name}: ${numbers}${failure === undefined ? '' : `\n${await described(failure)}`}`,
    failed: failure !== undefined,
    states,
    schedules: 0,
  }
}
