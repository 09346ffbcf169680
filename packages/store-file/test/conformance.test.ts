import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { testTokenStore } from '@oauth/conformance'
import { encryptedStore } from '@oauth/core/session'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { fileStore } from '../src/index.js'
import { temporaryFolder } from './processes.js'

const folder = temporaryFolder()
afterAll(() => folder.remove())

// Hundreds of writes, each of which waits for the disk.
vi.setConfig({ testTimeout: 60_000 })

const CLOCK = { time: Date.now() / 1000 }
const elapse = (seconds: number) => {
  CLOCK.time += seconds
}

describe('fileStore is a token store', () => {
  testTokenStore(it, () => fileStore(join(folder.path, 'tokens.json'), { now: () => CLOCK.time }), {
    elapse,
    gone: () => fileStore('/dev/null/tokens.json'),
  })
})

describe('encryptedStore(fileStore)', () => {
  const encrypted = <T>(path: string) =>
    encryptedStore<T>(fileStore<string>(path, { now: () => CLOCK.time }), { secret: 'a secret of the application that is long enough' })
  testTokenStore(it, () => encrypted(join(folder.path, 'encrypted.json')), { elapse, gone: () => encrypted('/dev/null/tokens.json') })

  it('LG01: the file shows no token; without encryptedStore it does', async () => {
    const path = join(folder.path, 'at-rest.json')
    await encrypted(path).compareAndSet('alice', null, { access_token: 'canary-of-alice' }, { ttl: 60 })
    await fileStore<unknown>(path).compareAndSet('bob', null, { access_token: 'canary-of-bob' }, { ttl: 60 })
    const atRest = readFileSync(path, 'latin1')
    expect(['"alice"', 'canary-of-alice', 'canary-of-bob'].filter((text) => atRest.includes(text))).toEqual(['"alice"', 'canary-of-bob'])
  })
})
