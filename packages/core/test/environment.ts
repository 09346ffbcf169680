import { defaultEnvironment, type Environment } from '../src/environment.js'

/** 2026-01-01T00:00:00Z. */
export const NOW = 1_767_225_600

/** The platform's cryptography with a clock that only the test moves. */
export interface TestEnvironment extends Environment {
  /** Seconds since the epoch. */
  time: number
}

/** Makes an environment whose clock stands at {@link NOW}. A flow that waits fails the test. */
export function testEnvironment(overrides: Partial<Environment> = {}): TestEnvironment {
  const environment: TestEnvironment = {
    ...defaultEnvironment(),
    time: NOW,
    now: () => environment.time,
    monotonic: () => environment.time * 1000,
    sleep: () => Promise.reject(new Error('a flow never waits')),
    pauses: new Map(),
    ...overrides,
  }
  return environment
}

/** The same without synchronous cryptography, as in a browser: hashes come from WebCrypto. */
export function browserEnvironment(): Environment {
  const { digest: _digest, aead: _aead, ...rest } = testEnvironment()
  return rest
}
