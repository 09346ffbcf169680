/**
 * The kit that proves an adapter for `@oauth/core`: a transport against real servers on loopback that misbehave on purpose, a store against
 * the engine that it is made for. It needs no test runner: it is given the function that registers a test.
 *
 * @module
 */
export type { RegisterTest, SkippedChecks } from './check.js'
export type { StoreCheckId } from './store/check.js'
export { type TokenStoreTestOptions, testTokenStore } from './test-token-store.js'
export { type TransportTestOptions, testTransport } from './test-transport.js'
export type { TransportCheckId } from './transport/check.js'
