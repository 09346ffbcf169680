import { cachedStore, encryptedStore, memoryStore, type Store } from '@oauth/core/session'
import { describe, it } from 'vitest'
import { testTokenStore } from '../src/index.js'
import { SharedEngine } from './shared-engine.js'

const SECRET = 'a secret of the application that is long enough'

function on(engine: SharedEngine) {
  return {
    environment: { monotonic: () => engine.time * 1000 },
    elapse: (seconds: number) => {
      engine.time += seconds
    },
  }
}

function unreachable<T>(): Store<T> {
  const reject = () => Promise.reject(new Error('ECONNREFUSED'))
  return { get: reject, compareAndSet: reject, delete: reject }
}

describe('encryptedStore', () => {
  const engine = new SharedEngine()
  testTokenStore(it, () => encryptedStore(engine.view<string>(), { secret: SECRET }), {
    elapse: on(engine).elapse,
    gone: () => encryptedStore(unreachable(), { secret: SECRET }),
  })
})

describe('encryptedStore on a store that answers synchronously', () => {
  const engine = new SharedEngine()
  const store = encryptedStore(memoryStore<string>({ now: () => engine.time }), { secret: SECRET })
  testTokenStore(it, () => store, { elapse: on(engine).elapse })
})

describe('cachedStore on a store with watch', () => {
  const engine = new SharedEngine()
  const { environment, elapse } = on(engine)
  testTokenStore(it, () => cachedStore(engine.view(), { environment }), { elapse, gone: () => cachedStore(unreachable()) })
})

describe('cachedStore on a store without watch', () => {
  const engine = new SharedEngine()
  const { environment, elapse } = on(engine)
  const plain = () => {
    const { watch: _none, ...store } = engine.view()
    return store
  }
  describe('with its default age', () => {
    const skip = { 'store.shared': 'another process is seen after five seconds: that is what the cache is for' }
    testTokenStore(it, () => cachedStore(plain(), { environment }), { elapse, skip })
  })
  describe('with maxAge 0', () => {
    testTokenStore(it, () => cachedStore(plain(), { environment, maxAge: 0 }), { elapse })
  })
})

describe('cachedStore on a store that answers synchronously', () => {
  const engine = new SharedEngine()
  const { environment, elapse } = on(engine)
  const store = cachedStore(memoryStore<unknown>({ now: () => engine.time }), { environment })
  testTokenStore(it, () => store, { elapse })
})

describe('cachedStore on encryptedStore', () => {
  const engine = new SharedEngine()
  const { environment, elapse } = on(engine)
  testTokenStore(it, () => cachedStore(encryptedStore(engine.view<string>(), { secret: SECRET }), { environment }), { elapse })
})
