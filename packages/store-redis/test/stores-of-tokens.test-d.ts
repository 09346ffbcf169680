import { cachedStore, encryptedStore, memoryStore, type Store, type TokenRecord, type TokenStore } from '@oauth/core/session'
import { type RedisClient, redisStore } from '../src/index.js'

declare const client: RedisClient
const secret = { secret: 'a secret' }

/** Stores that are made without a word about types, and held by a name before a session gets them: they are of tokens. */
const inMemory = memoryStore()
const cached = cachedStore(redisStore(client))
const encrypted = encryptedStore(redisStore(client), secret)
const encryptedInMemory = encryptedStore(memoryStore(), secret)
const cachedName = cachedStore(encrypted)
const cachedInPlace = cachedStore(encryptedStore(redisStore(client), secret))
export const held: readonly TokenStore[] = [inMemory, cached, encrypted, encryptedInMemory, cachedName, cachedInPlace]

/** What is said of the type holds, wherever it is said. */
export const told: Store<{ readonly n: number }> = cachedStore(encryptedStore(redisStore(client), secret))
export const texts: Store<string> = cachedStore(memoryStore<string>())
export const sessions: Store<unknown> = encryptedStore(redisStore(client), secret)
export const tokens: Store<TokenRecord> = encryptedStore<TokenRecord>(redisStore<string>(client), secret)

// @ts-expect-error a store of tokens keeps no texts
encryptedStore(cached, secret)

// @ts-expect-error nor is it one of texts when it is read
export const wrong: Store<string> = encrypted
