/**
 * Compares with the bare clients and with the peers, in one process and as ratios of CPU time: `pnpm bench`, or `pnpm bench got id-token` for
 * some jobs only. Less than 1 is less work. With `--brief` each job is done a few times, which shows that it runs and says nothing about time.
 */
import { parseArgs } from 'node:util'
import { authorizationUrl } from './authorization-url.ts'
import { callback } from './callback.ts'
import { type Comparison, compare } from './compare.ts'
import { gotRequest } from './got-request.ts'
import { idToken } from './id-token.ts'
import { kyRequest } from './ky-request.ts'
import { lifeCycle } from './life-cycle.ts'
import { tokenResponse } from './token-response.ts'

/** A job hands its comparisons over one by one, and tidies up after the last. */
type Job = () => AsyncGenerator<Comparison, void>

const JOBS: Readonly<Record<string, Job>> = {
  got: gotRequest,
  ky: kyRequest,
  'authorization-url': authorizationUrl,
  'token-response': tokenResponse,
  'id-token': idToken,
  callback,
  'life-cycle': lifeCycle,
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { brief: { type: 'boolean', default: false } } })
let allMet = true
for (const name of positionals.length === 0 ? Object.keys(JOBS) : positionals) {
  const job = JOBS[name]
  if (job === undefined) throw new Error(`There is no job "${name}". Jobs: ${Object.keys(JOBS).join(', ')}.`)
  for await (const comparison of job()) {
    const { plan } = comparison
    const met = await compare(values.brief ? { ...comparison, plan: { ...plan, rounds: 2, operations: 3 } } : comparison)
    allMet &&= met || values.brief
  }
}
if (!allMet) process.exitCode = 1
