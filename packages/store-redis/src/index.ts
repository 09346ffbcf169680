/**
 * Tokens and sessions in Redis, safe across processes.
 *
 * @module
 */

export type { Store, StoreEntry, StoreReceipt, TokenRecord, TokenStore } from '@oauth/core/session'
export type { EvalOptions, IoRedisClient, NodeRedisClient, RedisClient } from './client.js'
export { type RedisStoreOptions, redisStore } from './redis-store.js'
export type { IoRedisSubscriber, NodeRedisSubscriber, RedisSubscriber } from './subscriber.js'
