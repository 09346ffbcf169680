import type { TokenRecord } from '@oauth/core/session'
import { redisStore } from '@oauth/store-redis'
import { connectRedis } from '../redis.ts'
import type { RefreshPeer } from '../refresh-peer.ts'
import { ours } from './ours.ts'

/** In Redis, with a subscriber, so that who waits hears of the new token. */
export const peer: RefreshPeer = ours(async ({ redis = '', origin }) => {
  const { client, subscriber } = await connectRedis(redis)
  return redisStore<TokenRecord>(client, { prefix: `${origin}:`, subscriber: await subscriber() })
})
