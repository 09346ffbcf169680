import { UsageError } from '@oauth/core/adapter'
import type { Store, TokenRecord } from '@oauth/core/session'
import { assertConnected, isReply, type RedisClient, scriptRunner } from './client.js'
import { COMPARE_AND_SET, DELETE, GET, type Script } from './script.js'
import { newVersion, parse, serialize } from './stored.js'
import { assertOwnConnection, type RedisSubscriber, watcher } from './subscriber.js'

/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /** Begins the name of every key. Default: `oauth:`. */
  readonly prefix?: string | undefined
  /**
   * A client of its own to hear of changes by, such as `client.duplicate()`: what subscribes may do nothing else. Connected and closed by
   * whoever made it. Without it the store has no `watch`, and those who wait for another process look from time to time.
   */
  readonly subscriber?: RedisSubscriber | undefined
}

const OPTIONS: readonly string[] = ['prefix', 'subscriber'] satisfies (keyof RedisStoreOptions)[]

/**
 * A store in Redis, through a client of node-redis or ioredis that stays the caller's. Each operation is one command, run by the server that
 * holds the key, never by a replica. Errors of the client come as they are.
 *
 * @typeParam T what is stored, as JSON: the records of tokens unless said otherwise
 * @throws {@link UsageError} for what is no client, and for bad options; from its methods for a client that is not connected, and for keys
 * under the prefix that something else has written.
 * @see the README of this package, for what eviction, failover and persistence do to tokens
 *
 * @example
 * const client = await createClient({ url: 'redis://localhost' }).on('error', report).connect()
 * const session = new OAuth2Session({ issuer, clientId, store: redisStore(client), key: 'user-1' })
 */
export function redisStore<T = TokenRecord>(client: RedisClient, options: RedisStoreOptions = {}): Store<T> {
  const { prefix = 'oauth:', subscriber } = checked(options)
  const runScript = scriptRunner(client)
  if (subscriber !== undefined) assertOwnConnection(subscriber, client)
  const watch = subscriber && watcher(subscriber)
  let unchecked = subscriber

  function name(key: string): string {
    const full = prefix + key
    // All of these would be the same key to the server, which takes UTF-8.
    if (/\p{Surrogate}/u.test(full)) throw new UsageError('The key of a token holds half a character. Make keys of whole Unicode text.')
    return full
  }

  async function run(script: Script, key: string, args: readonly string[]): Promise<unknown> {
    // Told at the first use, and then no more: hints are not worth an operation.
    if (unchecked !== undefined) assertConnected(unchecked, 'option `subscriber`')
    unchecked = undefined
    try {
      return await runScript(script, key, args)
    } catch (error) {
      throw isReply(error, 'WRONGTYPE') ? foreign() : error
    }
  }

  function foreign(): UsageError {
    return new UsageError(
      `A key under the prefix ${JSON.stringify(prefix)} in Redis holds what redisStore did not write. Give the store a prefix that nothing else uses, or delete the key.`,
    )
  }

  return {
    async get(key) {
      const [stored, ...time] = list(await run(GET, name(key), []))
      if (stored === undefined) return undefined
      const found = parse(String(stored))
      if (found === undefined) throw foreign()
      return { value: found.value as T, version: found.version, now: seconds(time) }
    },
    async compareAndSet(key, expected, value, { ttl }) {
      const version = newVersion()
      const args = [serialize(version, value), milliseconds(ttl), name(key), ...(expected === null ? [] : [expected])]
      const time = list(await run(COMPARE_AND_SET, name(key), args))
      return time.length === 0 ? undefined : { version, now: seconds(time) }
    },
    async delete(key, expected) {
      return Number(await run(DELETE, name(key), [name(key), ...(expected === undefined ? [] : [expected])])) === 1
    },
    ...(watch && { watch: (key: string, changed: () => void) => watch(name(key), changed) }),
  }
}

function checked(options: RedisStoreOptions): RedisStoreOptions {
  if (typeof options !== 'object' || options === null)
    throw new UsageError("redisStore: an options object is needed, such as { prefix: 'oauth:' }, and there is something else.")
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option))
  if (unknown !== undefined) throw new UsageError(`redisStore knows no option ${JSON.stringify(unknown)}. It has: ${OPTIONS.join(', ')}.`)
  const { prefix } = options
  if (prefix !== undefined && typeof prefix !== 'string')
    throw new UsageError('The option `prefix` of redisStore has to be a string, such as "oauth:".')
  return options
}

/** What PX takes: rounded up, so that no key goes before its time; '' for a key that stays, for ever or for longer than Redis can count. */
function milliseconds(ttl: number): string {
  const time = Math.max(1, Math.ceil(ttl * 1000))
  return time > Number.MAX_SAFE_INTEGER ? '' : String(time)
}

function list(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : []
}

/** What TIME says, in seconds since the epoch. */
function seconds([whole, micro]: readonly unknown[]): number {
  return Number(whole) + Number(micro) / 1_000_000
}
