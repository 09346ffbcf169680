import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fileStore } from '../src/index.js'
import { stopped, temporaryFolder, workers } from './processes.js'

const folder = temporaryFolder()
const { start, end } = await workers(folder.path)
afterAll(() => {
  end()
  folder.remove()
})

let files = 0
function freshPath(): string {
  files += 1
  return join(folder.path, String(files), 'tokens.json')
}

describe('several processes', () => {
  it.each([
    ['one key', ['a']],
    ['four keys', ['a', 'b', 'c', 'd']],
  ])('RF02: 4 processes × 50 increments on %s, none is lost', async (_name, keys) => {
    const path = freshPath()
    const running = [1, 2, 3, 4].map(() => start({ do: 'increment', path, keys, times: 50 }))
    const reported = await Promise.all(running.map((worker) => worker.rest()))
    expect(reported.flat()).toHaveLength(200)
    expect(await valuesOf(path, keys)).toEqual(keys.map((key) => reported.flat().filter((line) => line === key).length))
    expect(readdirSync(join(path, '..'))).toEqual(['tokens.json'])
  })

  it('RF16: kill -9 of one of two writers, 30 times: the file is whole after each, and has what was reported', async () => {
    const path = freshPath()
    const survivor = start({ do: 'increment', path, keys: ['survivor'], times: Number.MAX_SAFE_INTEGER })
    let reported = 0
    for (let kill = 1; kill <= 30; kill += 1) {
      const victim = start({ do: 'increment', path, keys: ['victim'], times: Number.MAX_SAFE_INTEGER })
      for (let lines = 0; lines < 1 + Math.random() * 8; lines += 1) {
        await victim.lines.next()
        reported += 1
      }
      victim.child.kill('SIGKILL')
      reported += (await victim.rest()).length
      const { entries } = JSON.parse(readFileSync(path, 'utf8'))
      expect(entries.victim.value).toBeGreaterThanOrEqual(reported)
      expect(entries.victim.value).toBeLessThanOrEqual(reported + kill)
    }
    survivor.child.kill('SIGKILL')
    const [survived] = await valuesOf(path, ['survivor'])
    const { length } = await survivor.rest()
    expect([length, length + 1]).toContain(survived)
    expect(length).toBeGreaterThan(30)
  }, 90_000)

  it('a watch keeps no process alive', async () => {
    expect(await start({ do: 'watch', path: freshPath() }).rest()).toEqual([])
  })
})

const STEPS = await stepsOfAWrite()
const steps = Array.from({ length: STEPS }, (_, step) => step)

/** Other processes wait 1 s for a holder that is dead or stopped. */
const BOUND_MS = 5000

describe.concurrent(`a process that is killed or stopped before any of the ${STEPS} file system calls of a write`, () => {
  it.each(steps)('RF16: killed before call %i: the next writer goes on, and nothing is left over', async (step) => {
    const { path, store } = await seeded()
    const worker = start({ do: 'write', path, key: 'a', value: 'old', at: { signal: 'SIGKILL', step } })
    expect(await worker.rest()).toEqual([expect.stringMatching(/^before /)])
    const left = await store.get('a')
    expect(left?.value).toMatch(/^(first|old)$/)
    const begun = performance.now()
    expect(await store.compareAndSet('a', left?.version ?? '', 'new', { ttl: 1000 })).toBeDefined()
    expect(performance.now() - begun).toBeLessThan(BOUND_MS)
    expect(readdirSync(join(path, '..'))).toEqual(['tokens.json'])
  })

  it.each(steps)('F21: stopped before call %i for longer than others wait: its late write to the same key loses', async (step) => {
    const { path, store } = await seeded()
    const worker = start({ do: 'write', path, key: 'a', value: 'old', at: { signal: 'SIGSTOP', step } })
    await worker.lines.next()
    stopped(worker)
    const seen = await store.get('a')
    expect(await store.compareAndSet('a', seen?.version ?? '', 'new', { ttl: 1000 })).toBeDefined()
    worker.child.kill('SIGCONT')
    const [outcome] = await worker.rest()
    expect(outcome).toBe(seen?.value === 'old' ? 'won' : 'lost')
    expect(await store.get('a')).toMatchObject({ value: 'new' })
    expect(readdirSync(join(path, '..'))).toEqual(['tokens.json'])
  })

  it.each(steps)(
    'F21: stopped before call %i, wakes while another that went on is stopped before its rename: both writes are kept',
    async (step) => {
      const { path, store } = await seeded()
      const first = start({ do: 'write', path, key: 'b', value: 'first', at: { signal: 'SIGSTOP', step } })
      await first.lines.next()
      stopped(first)
      const second = start({ do: 'write', path, key: 'c', value: 'second', at: { signal: 'SIGSTOP', step: 'renameSync' } })
      await second.lines.next()
      stopped(second)
      first.child.kill('SIGCONT')
      expect((await first.rest())[0]).toBe('won')
      second.child.kill('SIGCONT')
      expect((await second.rest())[0]).toBe('won')
      expect([await store.get('b'), await store.get('c')]).toMatchObject([{ value: 'first' }, { value: 'second' }])
      expect(readdirSync(join(path, '..'))).toEqual(['tokens.json'])
    },
  )
})

async function stepsOfAWrite(): Promise<number> {
  const { path } = await seeded()
  const [outcome, count] = await start({ do: 'write', path, key: 'a', value: 'old' }).rest()
  expect(outcome).toBe('won')
  return Number(count)
}

async function seeded() {
  const path = freshPath()
  const store = fileStore<string>(path)
  await store.compareAndSet('a', null, 'first', { ttl: 1000 })
  return { path, store }
}

async function valuesOf(path: string, keys: readonly string[]): Promise<readonly unknown[]> {
  const entries = await Promise.all(keys.map((key) => fileStore<number>(path).get(key)))
  return entries.map((entry) => entry?.value)
}
