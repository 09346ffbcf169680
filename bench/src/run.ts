/**
 * Compares with the bare clients and with the peers, in one process and as ratios of CPU time: `pnpm bench`, or `pnpm bench got id-token` for
 * some jobs only. Less than 1 is less work. Other jobs count, requests and round trips and bytes. With `--brief` each job is done a few times,
 * which shows that it runs; what it says about time and bytes means nothing then.
 */
import { parseArgs } from 'node:util'
import { authorizationUrl } from './authorization-url.ts'
import { callback } from './callback.ts'
import { type Comparison, compare } from './compare.ts'
import { type Count, printCount } from './count.ts'
import { encryptedStoreGet } from './encrypted-store.ts'
import { fullLogin } from './full-login.ts'
import { gotRequest } from './got-request.ts'
import { idToken } from './id-token.ts'
import { kyRequest } from './ky-request.ts'
import { lifeCycle } from './life-cycle.ts'
import { loggedInPage } from './logged-in-page.ts'
import { memoryStoreSize } from './memory-store.ts'
import { redisRoundTrips } from './redis-round-trips.ts'
import { refreshCounts } from './refresh-counts.ts'
import { sealing } from './sealing.ts'
import { tokenResponse } from './token-response.ts'

/** A job hands over what it found one by one, and tidies up after the last. */
type Job = (brief: boolean) => AsyncGenerator<Comparison | Count, void>

const JOBS: Readonly<Record<string, Job>> = {
  got: gotRequest,
  ky: kyRequest,
  'authorization-url': authorizationUrl,
  'token-response': tokenResponse,
  'id-token': idToken,
  callback,
  'life-cycle': lifeCycle,
  'memory-store': memoryStoreSize,
  'encrypted-store': encryptedStoreGet,
  'redis-round-trips': redisRoundTrips,
  'refresh-counts': refreshCounts,
  sealing,
  'logged-in-page': loggedInPage,
  'full-login': fullLogin,
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { brief: { type: 'boolean', default: false } } })
let allMet = true
for (const name of positionals.length === 0 ? Object.keys(JOBS) : positionals) {
  const job = JOBS[name]
  if (job === undefined) throw new Error(`There is no job "${name}". Jobs: ${Object.keys(JOBS).join(', ')}.`)
  for await (const found of job(values.brief)) {
    const met = 'plan' in found ? (await compare(values.brief ? briefly(found) : found)) || values.brief : printCount(found)
    allMet &&= met
  }
}
if (!allMet) process.exitCode = 1

function briefly(comparison: Comparison): Comparison {
  return { ...comparison, plan: { ...comparison.plan, rounds: 2, operations: 3, warmUp: 0 } }
}
