import { join } from 'node:path'
import { testTokenStore } from '@oauth/conformance'
import { afterAll, describe, it, vi } from 'vitest'
import { fileStore } from '../src/index.js'
import { temporaryFolder } from './processes.js'

const folder = temporaryFolder()
afterAll(() => folder.remove())

// Hundreds of writes, each of which waits for the disk.
vi.setConfig({ testTimeout: 60_000 })

const CLOCK = { time: Date.now() / 1000 }

describe('fileStore is a token store', () => {
  testTokenStore(it, () => fileStore(join(folder.path, 'tokens.json'), { now: () => CLOCK.time }), {
    elapse: (seconds) => {
      CLOCK.time += seconds
    },
    gone: () => fileStore('/dev/null/tokens.json'),
  })
})
