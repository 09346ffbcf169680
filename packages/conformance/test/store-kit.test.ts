import type { Store } from '@oauth/core/session'
import { describe, expect, it } from 'vitest'
import { type StoreCheckId, type TokenStoreTestOptions, testTokenStore } from '../src/index.js'
import { mistakes } from './broken-stores.js'
import { SharedEngine } from './shared-engine.js'

type Registered = { readonly id: string; readonly title: string; readonly run: () => Promise<void> }

function registered(create: () => Store<unknown>, options?: TokenStoreTestOptions): Registered[] {
  const tests: Registered[] = []
  testTokenStore((title, run) => tests.push({ id: title.split(':', 1)[0] ?? '', title, run }), create, options)
  return tests
}

async function failed(tests: readonly Registered[]): Promise<string[]> {
  const failures: string[] = []
  for (const { id, run } of tests) await run().catch(() => failures.push(id))
  return failures
}

function advancing(engine: SharedEngine): TokenStoreTestOptions {
  return {
    elapse: (seconds) => {
      engine.time += seconds
    },
  }
}

function rejecting(): Store<unknown> {
  const reject = () => Promise.reject(new Error('ECONNREFUSED'))
  return { get: reject, compareAndSet: reject, delete: reject }
}

describe('a store that does everything right passes', () => {
  const engine = new SharedEngine()
  testTokenStore(it, () => engine.view(), { ...advancing(engine), gone: rejecting })
})

describe('each mistake fails what it is found by, and no other check', () => {
  it.concurrent.each(Object.entries(mistakes))(
    '%s',
    async (_mistake, { fails, create }) => {
      const { engine, view } = create()
      expect(await failed(registered(view, advancing(engine)))).toEqual(fails)
    },
    60_000,
  )

  it('for every check there is a mistake that it alone finds', () => {
    const alone = Object.values(mistakes).flatMap(({ fails }) => (fails.length === 1 ? fails : []))
    const ids = registered(() => new SharedEngine().view()).map(({ id }) => id)
    expect([...new Set(alone), 'store.gone'].sort()).toEqual(ids.sort())
  })
})

describe('SS19: store.gone: an engine that cannot be reached', () => {
  const good = () => new SharedEngine().view()
  const one = (gone: () => Store<unknown>) => registered(good, { gone }).find(({ id }) => id === 'store.gone')

  it.each<[string, Partial<Store<unknown>>]>([
    ['get answers undefined', { get: async () => undefined }],
    ['compareAndSet answers undefined', { compareAndSet: async () => undefined }],
    ['delete answers false', { delete: async () => false }],
  ])('%s: the check fails', async (_what, fault) => {
    await expect(one(() => ({ ...rejecting(), ...fault }))?.run()).rejects.toThrow('it has to reject')
  })

  it('a store that throws at once is as good as one that rejects', async () => {
    const unreachable = () => {
      throw new Error('ECONNREFUSED')
    }
    await one(() => ({ get: unreachable, compareAndSet: unreachable, delete: unreachable }))?.run()
  })

  it.each<[string, () => Store<unknown>, RegExp]>([
    [
      'throws, as one does that connects first',
      () => {
        throw new Error('ECONNREFUSED')
      },
      /option "gone" made no store, it failed itself: ECONNREFUSED\nIt has to return a store, whose calls reject/,
    ],
    ['gives none', () => undefined as unknown as Store<unknown>, /what was made has no function "get"/],
  ])('a function that %s is no rejection of a store', async (_what, make, message) => {
    await expect(one(make)?.run()).rejects.toThrow(message)
  })

  it('is shown as skipped where no such store is given', () => {
    const { title } = registered(good).at(-1) ?? {}
    expect(title).toMatch(/^store\.gone: skipped: .*"gone"/)
  })
})

describe('what makes no store', () => {
  it.each<[string, unknown]>([
    ['the store itself', new SharedEngine().view()],
    ['a function that makes nothing', () => undefined],
    ['a store without compareAndSet', () => ({ ...new SharedEngine().view(), compareAndSet: undefined })],
  ])('%s: each check says so', async (_what, create) => {
    for (const { title, run } of registered(create as () => Store<unknown>)) {
      if (!title.includes('skipped')) await expect(run()).rejects.toThrow(/has no function "(get|compareAndSet)"\. .*\(\) => myStore\(\)/)
    }
  })
})

describe('options', () => {
  it('a skip without a reason, or of what does not exist, is refused', () => {
    for (const skip of [{ 'store.watch': ' ' }, { 'store.unknown': 'because' }])
      expect(() => registered(() => new SharedEngine().view(), { skip: skip as Record<StoreCheckId, string> })).toThrow(TypeError)
  })

  it('a misspelt option is refused, and those that exist are named', () => {
    expect(() => registered(() => new SharedEngine().view(), { skipp: {} } as object)).toThrow(/no option "skipp".*elapse, gone, skip/)
  })

  it('a store without watch has nothing to prove there', async () => {
    const engine = new SharedEngine()
    const { watch: _none, ...store } = engine.view()
    expect(await failed(registered(() => store, advancing(engine)))).toEqual([])
  })

  it('a failure says what was found', async () => {
    const { engine, view } = mistakes['compares, and then sets']?.create() ?? {}
    const race = view && engine && registered(view, advancing(engine)).find(({ id }) => id === 'store.race')
    await expect(race?.run()).rejects.toThrow('50 writers at one version: 50 of 50 were told that they had won')
  })
})
