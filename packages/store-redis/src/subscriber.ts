import { UsageError } from '@oauth/core/adapter'
import type { RedisClient } from './client.js'

type Heard = (message: unknown, channel: unknown) => void

/** What is used of node-redis to hear of changes: of a client, a cluster or a sentinel. */
export interface NodeRedisSubscriber {
  readonly isOpen: boolean
  subscribe(channel: string, listener: Heard): Promise<unknown>
  unsubscribe(channel: string, listener: Heard): Promise<unknown>
  on(event: 'ready', listener: () => void): unknown
  off(event: 'ready', listener: () => void): unknown
}

/** What is used of ioredis to hear of changes: of a client or a cluster. */
export interface IoRedisSubscriber {
  readonly status: string
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  on(event: 'message', listener: (channel: string) => void): unknown
  on(event: 'ready', listener: () => void): unknown
  off(event: 'message', listener: (channel: string) => void): unknown
  off(event: 'ready', listener: () => void): unknown
}

export type RedisSubscriber = NodeRedisSubscriber | IoRedisSubscriber

/**
 * Watches channels through one subscriber: each is subscribed to once, however many watch it, and left with the last of them. After a lost
 * connection everybody is called, because what was said meanwhile is not said again.
 *
 * @throws {@link UsageError} for what cannot subscribe.
 */
export function watcher(subscriber: RedisSubscriber): (channel: string, changed: () => void) => () => void {
  const watches = new Map<string, Set<() => void>>()
  const radio = radioOf(subscriber, { heard, missed: () => [...watches.keys()].forEach(heard) })

  function heard(channel: string): void {
    const watching = watches.get(channel) ?? new Set()
    // One that is called may stop others.
    for (const call of [...watching]) if (watching.has(call)) call()
  }

  return (channel, changed) => {
    // The same function may watch twice.
    const call = () => changed()
    const watching = watches.get(channel) ?? new Set()
    if (watches.size === 0) radio.listen()
    watches.set(channel, watching.add(call))
    if (watching.size === 1) hint(radio.subscribe(channel))

    return () => {
      if (!watching.delete(call) || watching.size > 0) return
      watches.delete(channel)
      hint(radio.unsubscribe(channel))
      if (watches.size === 0) radio.hush()
    }
  }
}

/**
 * Over RESP 2 a connection that has subscribed runs no more scripts: the store would fail from the first watch on. Clusters and sentinels
 * subscribe by a connection of its own.
 *
 * @throws {@link UsageError} where the subscriber is the client itself, and that is one connection.
 */
export function assertOwnConnection(subscriber: RedisSubscriber, client: RedisClient): void {
  const same: object = subscriber
  if (same !== client || !('select' in client) || ('isCluster' in client && client.isCluster === true)) return
  throw new UsageError(
    'The option `subscriber` of redisStore is the client itself, and has to be a connection of its own, since one that has subscribed can do nothing else: `client.duplicate()`.',
  )
}

/** Nobody depends on hints: without them, callers look from time to time. What is wrong with the connection, the client's `error` event tells. */
function hint(command: Promise<unknown>): void {
  command.catch(() => {})
}

/** A way to subscribe, whichever the client. */
interface Radio {
  /** Called before the first channel. */
  listen(): void
  /** Called after the last channel. */
  hush(): void
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
}

interface Ears {
  readonly heard: (channel: string) => void
  /** The connection was lost, and is there again. */
  readonly missed: () => void
}

function radioOf(subscriber: RedisSubscriber, ears: Ears): Radio {
  const { subscribe }: { subscribe?: unknown } = Object(subscriber)
  if (typeof subscribe !== 'function')
    throw new UsageError(
      'The option `subscriber` of redisStore has to be a client that can subscribe, such as `client.duplicate()`. A pool of node-redis cannot.',
    )
  return 'isOpen' in subscriber ? nodeRedisRadio(subscriber, ears) : ioRedisRadio(subscriber, ears)
}

function nodeRedisRadio(subscriber: NodeRedisSubscriber, { heard, missed }: Ears): Radio {
  const listener: Heard = (_message, channel) => heard(String(channel))
  return {
    listen: () => void subscriber.on('ready', missed),
    hush: () => void subscriber.off('ready', missed),
    subscribe: (channel) => subscriber.subscribe(channel, listener),
    unsubscribe: (channel) => subscriber.unsubscribe(channel, listener),
  }
}

function ioRedisRadio(subscriber: IoRedisSubscriber, { heard, missed }: Ears): Radio {
  return {
    listen() {
      subscriber.on('message', heard)
      subscriber.on('ready', missed)
    },
    hush() {
      subscriber.off('message', heard)
      subscriber.off('ready', missed)
    },
    subscribe: (channel) => subscriber.subscribe(channel),
    unsubscribe: (channel) => subscriber.unsubscribe(channel),
  }
}
