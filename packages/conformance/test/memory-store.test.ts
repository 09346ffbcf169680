import { memoryStore } from '@oauth/core/session'
import { describe, it } from 'vitest'
import { testTokenStore } from '../src/index.js'

describe('memoryStore', () => {
  const clock = { time: 1_767_225_600 }
  const store = memoryStore<unknown>({ now: () => clock.time })
  const elapse = (seconds: number) => {
    clock.time += seconds
  }
  testTokenStore(it, () => store, { elapse })
})

describe('memoryStore, as time really passes', () => {
  const store = memoryStore<unknown>()
  testTokenStore(it, () => store)
})
