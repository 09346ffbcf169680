/**
 * The kit that proves an adapter for `@oauth/core`, against real servers on loopback that misbehave on purpose. It needs no test runner: it is
 * given the function that registers a test.
 *
 * @module
 */
export type { RegisterTest, SkippedChecks } from './check.js'
export { type TransportTestOptions, testTransport } from './test-transport.js'
export type { TransportCheckId } from './transport/check.js'
