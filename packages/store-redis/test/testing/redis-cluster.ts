import { type RedisServer, startRedis } from './redis-server.js'

export interface RedisCluster {
  readonly urls: readonly string[]
  readonly primaries: readonly RedisServer[]
  /** A replica of the first primary. */
  readonly replica: RedisServer
  stop(): Promise<void>
}

const SLOTS = 16_384
const PRIMARIES = 3

/** Starts a cluster of three primaries and a replica of the first. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all(
    Array.from({ length: PRIMARIES + 1 }, () => startRedis(['--cluster-enabled', 'yes', '--repl-diskless-sync-delay', '0'])),
  )
  const [first, , , replica] = nodes
  if (first === undefined || replica === undefined) throw new Error('no nodes')

  for (const [index, node] of nodes.entries()) {
    await node.ask('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    if (node !== first) await node.ask('CLUSTER', 'MEET', '127.0.0.1', String(first.port), String(first.busPort))
    if (node !== replica) await node.ask('CLUSTER', 'ADDSLOTSRANGE', ...slotsOf(index))
  }
  await until(nodes, async (node) => (await node.ask('CLUSTER', 'INFO')).includes(`cluster_known_nodes:${nodes.length}\r`))
  await replica.ask('CLUSTER', 'REPLICATE', await first.ask('CLUSTER', 'MYID'))
  await until([replica], async (node) => (await node.ask('INFO', 'replication')).includes('master_link_status:up'))
  // Clients are not told of a replica that has replicated nothing yet.
  await first.ask('FLUSHALL')
  await until(nodes, async (node) => (await node.ask('CLUSTER', 'SLOTS')).includes(`,${replica.port},`))
  await until(nodes, async (node) => (await node.ask('CLUSTER', 'INFO')).includes('cluster_state:ok'))

  return {
    urls: nodes.map(({ url }) => url),
    primaries: nodes.slice(0, PRIMARIES),
    replica,
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()))
    },
  }
}

function slotsOf(index: number): [string, string] {
  const from = (primary: number) => Math.floor((primary * SLOTS) / PRIMARIES)
  return [String(from(index)), String(from(index + 1) - 1)]
}

/** Nodes tell each other by gossip, and nobody tells that they have. */
async function until(nodes: readonly RedisServer[], holds: (node: RedisServer) => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 15_000
  for (const node of nodes) {
    while (!(await holds(node))) {
      if (Date.now() > giveUpAt) throw new Error(`the cluster does not come up:\n${await node.ask('CLUSTER', 'NODES')}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
