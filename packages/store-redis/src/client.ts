import { UsageError } from '@oauth/core/adapter'
import type { Script } from './script.js'

/** Keys and arguments of a script, as node-redis takes them. */
export interface EvalOptions {
  keys: string[]
  arguments: string[]
}

/** What is used of node-redis: of a client, a cluster, a pool or a sentinel. */
export interface NodeRedisClient {
  readonly isOpen: boolean
  evalSha(sha: string, options: EvalOptions): Promise<unknown>
  eval(script: string, options: EvalOptions): Promise<unknown>
}

/** What is used of ioredis: of a client or a cluster. */
export interface IoRedisClient {
  evalsha(sha: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>
}

export type RedisClient = NodeRedisClient | IoRedisClient

/** Runs a script on the server that holds the key. */
export type RunScript = (script: Script, key: string, args: readonly string[]) => Promise<unknown>

/** @throws {@link UsageError} for what is no client. */
export function scriptRunner(client: RedisClient): RunScript {
  const { bySha, byText } = calls(client)
  return async (script, key, args) => {
    assertConnected(client, 'client')
    try {
      return await bySha(script, key, args)
    } catch (error) {
      // A server forgets its scripts when it is started again. Sent as text, the script is known to it from then on.
      if (!isReply(error, 'NOSCRIPT')) throw error
      return byText(script, key, args)
    }
  }
}

/** Tells whether an error is the server's reply with this word in front. Both clients keep the reply as it is. */
export function isReply(error: unknown, word: string): boolean {
  return error instanceof Error && error.message.startsWith(`${word} `)
}

/** @throws {@link UsageError} for a client of node-redis that is not connected. Those of ioredis connect when they are needed. */
export function assertConnected(client: object, what: string): void {
  if (!('isOpen' in client) || client.isOpen === true) return
  throw new UsageError(
    `The ${what} of redisStore is not connected: it never was, or it is closed. Await its \`connect()\` before the store is used.`,
  )
}

interface Calls {
  readonly bySha: RunScript
  readonly byText: RunScript
}

function calls(client: RedisClient): Calls {
  // What has no members is refused below.
  const { evalSha, evalsha }: { evalSha?: unknown; evalsha?: unknown } = Object(client)
  if (typeof evalSha === 'function') return nodeRedisCalls(client as NodeRedisClient)
  if (typeof evalsha === 'function') return ioRedisCalls(client as IoRedisClient)
  throw new UsageError(
    'redisStore takes a client of node-redis or ioredis, and was given something else. Give it what `createClient()` or `new Redis()` returned.',
  )
}

function nodeRedisCalls(client: NodeRedisClient): Calls {
  return {
    bySha: ({ sha }, key, args) => client.evalSha(sha, { keys: [key], arguments: [...args] }),
    byText: ({ text }, key, args) => client.eval(text, { keys: [key], arguments: [...args] }),
  }
}

function ioRedisCalls(client: IoRedisClient): Calls {
  return {
    bySha: ({ sha }, key, args) => client.evalsha(sha, 1, key, ...args),
    byText: ({ text }, key, args) => client.eval(text, 1, key, ...args),
  }
}
