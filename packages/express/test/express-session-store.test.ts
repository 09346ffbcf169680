import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import session from 'express-session'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { expressSessionStore, memoryStore, requireLogin } from '../src/index.js'
import { closeAll, world } from './world.js'

const WARNING = { type: 'OAuthWarning', code: 'OAUTH_ONE_PROCESS' }

/** A store of express-session with a file for each session, as those on npm are. */
class FileStore extends session.Store {
  readonly folder: string

  constructor(folder: string) {
    super()
    this.folder = folder
  }

  override get(id: string, callback: (error: unknown, data?: session.SessionData | null) => void): void {
    const data = readFile(this.#file(id), 'utf8').then((text) => JSON.parse(text) as session.SessionData)
    data.then(
      (found) => callback(null, found),
      (error: unknown) => callback(error),
    )
  }

  override set(id: string, data: session.SessionData, callback?: (error?: unknown) => void): void {
    writeFile(this.#file(id), JSON.stringify(data)).then(
      () => callback?.(),
      (error: unknown) => callback?.(error),
    )
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    rm(this.#file(id), { force: true }).then(
      () => callback?.(),
      (error: unknown) => callback?.(error),
    )
  }

  #file(id: string): string {
    return join(this.folder, `${id}.json`)
  }
}

let folder: string
let warned: MockInstance<typeof process.emitWarning>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessions-'))
  warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
})
afterEach(async () => {
  await closeAll()
  warned.mockRestore()
  await rm(folder, { recursive: true, force: true })
})

it('LG03: a store that is printed shows nothing of what it holds', async () => {
  const store = expressSessionStore(new session.MemoryStore())
  await store.compareAndSet('canary-key', null, { access_token: 'canary-access' }, { ttl: 60 })
  const reading = store.get('canary-key')
  const printed = inspect([store, reading], { depth: null, showHidden: true }) + JSON.stringify(store)
  expect(await reading).toMatchObject({ value: { access_token: 'canary-access' } })
  expect(printed + inspect(store, { depth: null, showHidden: true })).not.toContain('canary')
})

describe.each([
  ['MemoryStore', () => new session.MemoryStore()],
  ['a store on files', () => new FileStore(folder)],
])('expressSessionStore on %s', (_, engine) => {
  it('keeps logins, renews once, and ends them', async () => {
    const app = await world({
      options: { store: expressSessionStore(engine()) },
      routes: (routes) =>
        routes.get('/token', requireLogin(), async (req, res) => {
          res.send(await req.oauth.session()?.accessToken())
        }),
    })
    const page = await app.login('/token')
    expect(app.browser.cookies.get('oauth.session.0', app.url)?.value.length).toBeLessThan(300)
    app.clock.ahead += 61
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await app.browser.fetch(`${app.url}/token`)).text()))
    expect([new Set(answers).size, app.provider.tokenRequests('refresh_token'), app.provider.reuseDetected]).toEqual([1, 1, 0])
    expect(answers).not.toContain(page.text)
    await app.browser.goto(`${app.url}/auth/logout`, { from: app.url })
    expect((await app.browser.fetch(`${app.url}/auth/user`)).status).toBe(401)
  })

  it('compares and sets within this process, whoever writes at the same time', async () => {
    const store = expressSessionStore(engine())
    const created = await Promise.all(Array.from({ length: 10 }, (_, index) => store.compareAndSet('k', null, index, { ttl: 60 })))
    expect(created.filter((receipt) => receipt !== undefined)).toHaveLength(1)
    const { version, value } = (await store.get('k')) ?? {}
    expect([version, value]).toEqual([created.find((receipt) => receipt !== undefined)?.version, expect.any(Number)])
    const [written, deleted] = await Promise.all([store.compareAndSet('k', version ?? '', 'new', { ttl: 60 }), store.delete('k', version)])
    expect([written !== undefined, deleted, (await store.get('k'))?.value]).toEqual([true, false, 'new'])
    expect([await store.delete('k'), await store.delete('k'), await store.get('k')]).toEqual([true, false, undefined])
    const again = await store.compareAndSet('k', null, 'again', { ttl: 60 })
    expect(new Set([version, written?.version, again?.version]).size).toBe(3)
  })

  it('forgets what is over, and takes any key and any time', async () => {
    const store = expressSessionStore(engine())
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const key = 't:../ä/😀\n%'
      await store.compareAndSet(key, null, 1, { ttl: 10 })
      await store.compareAndSet('far', null, 2, { ttl: 1e13 })
      await store.compareAndSet('forever', null, 3, { ttl: Number.POSITIVE_INFINITY })
      expect((await store.get(key))?.now).toBe(Date.now() / 1000)
      vi.setSystemTime(Date.now() + 10_000)
      expect(await store.get(key)).toBeUndefined()
      expect(await store.compareAndSet(key, null, 4, { ttl: 10 })).toBeDefined()
      vi.setSystemTime(2_400_000_000_000)
      expect([(await store.get('far'))?.value, (await store.get('forever'))?.value]).toEqual([2, 3])
    } finally {
      vi.useRealTimers()
    }
  })

  it('is one of a single process, and says so once', () => {
    const store = expressSessionStore(engine())
    expect(store.local).toBe(true)
    expect(warned.mock.calls.map(([text, told]) => [/one process/.test(String(text)), told])).toEqual([[true, WARNING]])
  })
})

it('options, of which there are none, are refused', () => {
  // @ts-expect-error nothing would read them
  expect(() => expressSessionStore(new session.MemoryStore(), { ttl: 60 })).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(/no options.*"session" of oauth/) }),
  )
})

it('a store on files survives a restart', async () => {
  const app = await world({ options: { store: expressSessionStore(new FileStore(folder)) } })
  await app.login()
  expect(await readdir(folder)).toHaveLength(3)
  const restarted = expressSessionStore(new FileStore(folder))
  const [key = ''] = (await readdir(folder)).filter((name) => name.startsWith('s%3A'))
  expect(await restarted.get(decodeURIComponent(key.replace('.json', '')))).toMatchObject({ value: { v: 1 } })
})

it('SS19: failures are failures, those of a missing file alone are none; and nothing is stuck behind one', async () => {
  const engine = new session.MemoryStore()
  const store = expressSessionStore(engine)
  await store.compareAndSet('k', null, 1, { ttl: 60 })
  const failing = vi.spyOn(engine, 'get').mockImplementation((_, callback) => callback(new Error('gone')))
  await expect(store.get('k')).rejects.toThrow('gone')
  await expect(store.delete('k')).rejects.toThrow('gone')
  failing.mockImplementation((_, callback) => callback(Object.assign(new Error('no file'), { code: 'ENOENT' })))
  expect(await store.get('k')).toBeUndefined()
  failing.mockRestore()
  expect([(await store.get('k'))?.value, await store.delete('k')]).toEqual([1, true])
})

it.each([
  ['nothing', undefined],
  ['the class in place of a store', session.MemoryStore],
  ['a store of this library', memoryStore()],
])('%s is refused at once', (_, engine) => {
  const make = () => expressSessionStore(engine as never)
  expect(make).toThrow(expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('get, set and destroy') }))
  expect(warned).not.toHaveBeenCalled()
})

it('a store that throws, calls back twice, or has no error that is false, is taken as express-session takes it', async () => {
  const engine = new session.MemoryStore()
  const store = expressSessionStore(engine)
  const set = vi.spyOn(engine, 'set').mockImplementation(() => {
    throw new Error('no connection')
  })
  await expect(store.compareAndSet('k', null, 1, { ttl: 60 })).rejects.toThrow('no connection')
  const real = session.MemoryStore.prototype.set
  set.mockImplementation((id, data, callback) => {
    real.call(engine, id, data, () => {
      callback?.(false)
      callback?.(new Error('twice'))
    })
  })
  expect(await store.compareAndSet('k', null, 2, { ttl: 60 })).toBeDefined()
  expect((await store.get('k'))?.value).toBe(2)
})

it('SS19: a store that never calls back has failed, and what comes after it is not stuck', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const engine = new session.MemoryStore()
    const store = expressSessionStore(engine)
    const get = vi.spyOn(engine, 'get').mockImplementationOnce(() => undefined)
    const stuck = expect(store.get('k')).rejects.toThrow('not called back within 10 seconds')
    const next = store.get('k')
    await vi.advanceTimersByTimeAsync(10_000)
    await stuck
    expect([await next, get.mock.calls.length, vi.getTimerCount()]).toEqual([undefined, 2, 0])
  } finally {
    vi.useRealTimers()
  }
})

it('SS19 F16: a store that stands still fails all reads of a session after ten seconds, not one after the other', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const engine = new session.MemoryStore()
    const store = expressSessionStore(engine)
    vi.spyOn(engine, 'get').mockImplementation(() => undefined)
    const outcomes: string[] = []
    const reads = Array.from({ length: 20 }, () =>
      Promise.resolve(store.get('k')).then(
        () => outcomes.push('read'),
        ({ message }: Error) => outcomes.push(message),
      ),
    )
    await vi.advanceTimersByTimeAsync(10_000)
    expect(outcomes).toEqual(reads.map(() => 'The store has not called back within 10 seconds.'))
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

it('a write waits for all reads before it, in whatever order they end, and what comes after it for the write', async () => {
  const engine = new session.MemoryStore()
  const store = expressSessionStore(engine)
  const { get, set } = engine
  const order: string[] = []
  const waiting: (() => void)[] = []
  vi.spyOn(engine, 'get').mockImplementation((id, callback) => {
    const number = order.push('read')
    if (number <= 2) waiting.push(() => get.call(engine, id, callback))
    else get.call(engine, id, callback)
  })
  vi.spyOn(engine, 'set').mockImplementation((id, data, callback) => {
    order.push('write')
    set.call(engine, id, data, callback)
  })
  const reads = [store.get('k'), store.get('k')]
  const written = store.compareAndSet('k', null, 1, { ttl: 60 })
  const after = store.get('k')
  await vi.waitFor(() => expect(waiting).toHaveLength(2))
  waiting[1]?.()
  await reads[1]
  expect(order).toEqual(['read', 'read'])
  waiting[0]?.()
  expect([await written, (await after)?.value]).toEqual([expect.anything(), 1])
  expect(order).toEqual(['read', 'read', 'read', 'write', 'read'])
})

it("a session of express-session's own under the same store is none of ours", async () => {
  const engine = new session.MemoryStore()
  await new Promise<void>((resolve) => engine.set('k', { cookie: {} } as session.SessionData, () => resolve()))
  expect(await expressSessionStore(engine).get('k')).toBeUndefined()
})
