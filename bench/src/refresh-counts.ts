import { noRedis, startRedis } from '../../packages/store-redis/test/testing/redis-server.ts'
import type { Count } from './count.ts'
import { packageVersion } from './package-version.ts'
import { type Outcome, refreshOutcome } from './refresh-outcome.ts'
import { PEERS, type PeerName, type RefreshPeerEntry } from './refresh-peers.ts'
import { startRefreshProcess } from './refresh-processes.ts'

/** How many there are. Answers take about as long as over the Internet. */
const FULL = { alone: 500, processes: 4, callers: 125, latency: 300 }
const BRIEF = { alone: 5, processes: 2, callers: 3, latency: 20 }

/** The rows of the two tables, and whether ours are as they should be. */
interface Tables {
  readonly alone: string[]
  readonly shared: string[]
  isMet: boolean
}

/**
 * How many token requests the peers make for one expired token, at a server that rotates refresh tokens and ends a login when one comes twice.
 * Each is used in the way that its documentation tells.
 */
export async function* refreshCounts(brief: boolean): AsyncGenerator<Count, void> {
  const size = brief ? BRIEF : FULL
  const redis = noRedis === undefined ? await startRedis() : undefined
  const tables: Tables = { alone: [], shared: [], isMet: true }
  try {
    for (const name of Object.keys(PEERS) as PeerName[]) await count(name, size, { tables, redis: redis?.url })
  } finally {
    await redis?.stop()
  }
  const columns = ['', 'the login is in', 'token requests', 'login ended', 'got a token', 'that works']
  const { alone, shared, isMet } = tables
  yield { job: `${size.alone} callers in one process, one expired token`, lines: table(columns, alone), isMet }
  const crowd = `${size.processes} processes with ${size.callers} callers each`
  yield { job: `${crowd}, one expired token`, lines: table(columns, shared), isMet }
}

async function count(name: PeerName, size: typeof FULL, { tables, redis }: { tables: Tables; redis: string | undefined }): Promise<void> {
  const peer: RefreshPeerEntry = PEERS[name]
  const title = peer.isOurs ? `**${peer.package}**` : `${peer.package} ${await packageVersion(peer.package)}`
  if (peer.needsRedis && redis === undefined) {
    tables.shared.push(row(title, peer.shared ?? '', `skipped: ${noRedis}`, '', '', ''))
    return
  }
  const count = peer.shared === undefined ? 1 : size.processes
  const processes = await Promise.all(Array.from({ length: count }, () => startRefreshProcess(name)))

  async function counted(crowd: typeof processes, callers: number): Promise<string[]> {
    const place = { redis, isShared: crowd.length > 1 }
    const { latency } = size
    // A peer that is used wrongly would be blamed for it.
    const one = await refreshOutcome({ processes: crowd.slice(0, 1), callers: 1, latency: 0 }, place)
    if (one.requests !== 1 || one.usable !== 1) throw new Error(`${name} does not refresh for one caller: ${one.error}`)
    const outcome = await refreshOutcome({ processes: crowd, callers, latency }, place)
    if (peer.isOurs) tables.isMet &&= outcome.requests === 1 && outcome.usable === crowd.length * callers
    return cells(outcome, crowd.length * callers)
  }

  try {
    if (peer.alone !== undefined) tables.alone.push(row(title, peer.alone, ...(await counted(processes.slice(0, 1), size.alone))))
    if (peer.shared !== undefined) tables.shared.push(row(title, peer.shared, ...(await counted(processes, size.callers))))
  } finally {
    await Promise.all(processes.map((process) => process.end()))
  }
}

function cells({ requests, isRevoked, answered, usable }: Outcome, callers: number): string[] {
  return [String(requests), isRevoked ? 'yes' : 'no', `${answered} of ${callers}`, `${usable} of ${callers}`]
}

function table(columns: readonly string[], rows: readonly string[]): readonly string[] {
  return [row(...columns), row(...columns.map(() => '---')), ...rows]
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
