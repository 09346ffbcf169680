import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileStore, type Store } from '../src/index.js'
import { type Folder, temporaryFolder } from './processes.js'

let folder: Folder
let path: string
beforeEach(() => {
  folder = temporaryFolder()
  path = join(folder.path, 'state', 'my-cli', 'tokens.json')
})
afterEach(() => folder.remove())

const ttl = 1000
const forever = Number.POSITIVE_INFINITY

describe('the file', () => {
  it('is made by the first write with mode 0600, its folders with 0700; reading makes nothing, nor does deleting what is not there', async () => {
    const store = fileStore<string>(path)
    expect(await store.get('k')).toBeUndefined()
    expect(await store.delete('k')).toBe(false)
    expect(readdirSync(folder.path)).toEqual([])
    await store.compareAndSet('k', null, 'a', { ttl })
    expect([path, dirname(path), dirname(dirname(path))].map(modeOf)).toEqual([0o600, 0o700, 0o700])
    expect(readdirSync(dirname(path))).toEqual(['tokens.json'])
  })

  it('LG03: shows nothing of what it holds when the store is printed', async () => {
    const store = fileStore<object>(path)
    await store.compareAndSet('canary-key', null, { access_token: 'canary-access' }, { ttl })
    expect(await store.get('canary-key')).toMatchObject({ value: { access_token: 'canary-access' } })
    expect(inspect(store, { depth: null, showHidden: true }) + JSON.stringify(store)).not.toContain('canary')
  })

  it('that others could read is closed to them by the next write', async () => {
    const store = await seeded()
    chmodSync(path, 0o644)
    expect(await store.get('k')).toMatchObject({ value: 'a' })
    await store.compareAndSet('other', null, 'b', { ttl })
    expect(modeOf(path)).toBe(0o600)
  })

  it('of another user is refused, for reading and for writing', async () => {
    const other = process.geteuid?.() === 0 ? await ofAnotherUser() : '/etc/hosts'
    const before = readFileSync(other)
    const message = /is of the user with the number \d+, and this process runs as \d+/
    await expect(async () => fileStore(other).get('k')).rejects.toThrow(message)
    await expect(fileStore<string>(other).compareAndSet('k', null, 'a', { ttl })).rejects.toMatchObject({ name: 'UsageError' })
    expect(readFileSync(other)).toEqual(before)
  })

  it('behind a symbolic link is replaced, the link stays; also where it is not there yet, and by a link to a link', async () => {
    const links = ['one', 'two'].map((name) => join(folder.path, name)) as [string, string]
    mkdirSync(join(folder.path, 'dotfiles'))
    symlinkSync('dotfiles/tokens.json', links[0])
    symlinkSync(links[0], links[1])
    await fileStore<string>(links[1]).compareAndSet('k', null, 'a', { ttl })
    await fileStore<string>(links[0]).compareAndSet('l', null, 'b', { ttl })
    const store = fileStore(join(folder.path, 'dotfiles/tokens.json'))
    expect([await store.get('k'), await store.get('l')]).toMatchObject([{ value: 'a' }, { value: 'b' }])
    expect(readdirSync(folder.path).sort()).toEqual(['dotfiles', 'one', 'two'])
    expect(readdirSync(join(folder.path, 'dotfiles'))).toEqual(['tokens.json'])
  })

  it.each([
    ['empty', ''],
    ['cut off', '{"format":"@oauth/store-file/1","entries":{"k":{"version":"1","value":"canary-7f3a'],
    ['other JSON', '{"access_token":"canary-7f3a"}'],
    ['of a later release', '{"format":"@oauth/store-file/2","entries":{"k":"canary-7f3a"}}'],
    ['with an entry that is none', '{"format":"@oauth/store-file/1","entries":{"k":"canary-7f3a"}}'],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x7b])],
  ])('LG01: %s: a UsageError that says what to do and quotes nothing; the file stays as it is', async (_name, text) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    const store = fileStore<string>(path)
    const calls = [() => store.get('k'), () => store.compareAndSet('k', null, 'a', { ttl }), () => store.delete('k')]
    for (const call of calls) {
      const error = await thrownBy(call)
      expect(error).toMatchObject({ name: 'UsageError', message: expect.stringMatching(/move the file away/) })
      expect(error.cause).toBeUndefined()
      expect(error.stack).not.toContain('canary')
    }
    expect(readFileSync(path)).toEqual(Buffer.from(text))
    expect(readdirSync(dirname(path))).toEqual(['tokens.json'])
  })

  it('whose lock folder holds files of others is not written, and these are not touched', async () => {
    await seeded()
    mkdirSync(join(folder.path, 'documents'))
    writeFileSync(join(folder.path, 'documents', 'thesis'), 'a')
    symlinkSync(join(folder.path, 'documents'), `${path}.lock`)
    await expect(fileStore<string>(path).compareAndSet('l', null, 'b', { ttl })).rejects.toThrow(
      /tokens\.json\.lock has files that are not of this store/,
    )
    expect(readdirSync(join(folder.path, 'documents'))).toEqual(['thesis'])
  })

  it('must be named', () => {
    expect(() => fileStore('')).toThrow(expect.objectContaining({ name: 'UsageError' }))
    expect(() => fileStore(undefined as unknown as string)).toThrow(expect.objectContaining({ name: 'UsageError' }))
  })

  it.each(['~/.local/state/my-cli/tokens.json', '~', '~\\tokens.json'])('%s is refused: no shell has expanded it', (home) => {
    expect(() => fileStore(home)).toThrow(expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('homedir()') }))
  })

  it.each(['~name/tokens.json', './~/tokens.json', 'a/~/tokens.json', 'tokens.json~'])('%s is a path like any other', (other) => {
    expect(fileStore(other).get('k')).toBeUndefined()
  })

  it.each([[{ mode: 0o644 }], [{ now: 1_700_000_000 }], ['utf8']])('with %j beside it, which is no clock, is refused', (options) => {
    expect(() => fileStore(path, options as unknown as { now: () => number })).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('no options but a clock') }),
    )
  })
})

describe('what is stored', () => {
  it('RF04: two stores on one file, in one process: of 20 writers on the same version one wins', async () => {
    const stores = [await seeded(), fileStore<string>(path)]
    const version = (await stores[0]?.get('k'))?.version ?? ''
    const receipts = await Promise.all(Array.from({ length: 20 }, (_, i) => stores[i % 2]?.compareAndSet('k', version, String(i), { ttl })))
    expect(receipts.filter((receipt) => receipt !== undefined)).toHaveLength(1)
    expect((await stores[0]?.get('k'))?.version).toBe((await stores[1]?.get('k'))?.version)
  })

  it('a version never comes again: not after deletion, after expiry, or when the file itself was deleted', async () => {
    const clock = { time: 1000 }
    const store = fileStore<string>(path, { now: () => clock.time })
    const versions = new Set<string | undefined>()
    const gone = [() => store.delete('k'), () => (clock.time += ttl), () => rmSync(path)]
    for (let i = 0; i < 30; i += 1) {
      versions.add((await store.compareAndSet('k', null, 'same', { ttl }))?.version)
      await gone[i % 3]?.()
    }
    expect(versions.size).toBe(30)
    expect(versions).not.toContain(undefined)
  })

  it('expired entries are absent, and the next write leaves them behind; those without end are kept', async () => {
    const clock = { time: 1000 }
    const store = fileStore<string>(path, { now: () => clock.time })
    await store.compareAndSet('short', null, 'a', { ttl: 10 })
    await store.compareAndSet('endless', null, 'b', { ttl: forever })
    clock.time = 1009.5
    expect(await store.get('short')).toMatchObject({ value: 'a', now: 1009.5 })
    clock.time = 1010
    expect(await store.get('short')).toBeUndefined()
    expect(await store.delete('short')).toBe(false)
    expect(readFileSync(path, 'utf8')).toContain('short')
    clock.time = 1e12
    await store.compareAndSet('other', null, 'c', { ttl: 10 })
    expect(readFileSync(path, 'utf8')).not.toContain('short')
    expect(await store.get('endless')).toMatchObject({ value: 'b' })
  })

  it.each([
    ['a name that objects have', '__proto__'],
    ['a name that prototypes have', 'constructor'],
    ['a number', '7'],
    ['no text', ''],
    ['a control character', 'a\u0000b'],
    ['half a character', '\ud800'],
    ['Cyrillic and an emoji', 'ключ 🔑'],
    ['a long text', 'x'.repeat(10_000)],
  ])('any text is a key: %s', async (_name, key) => {
    const store = fileStore<string>(path)
    await store.compareAndSet('neighbour', null, 'b', { ttl })
    expect(await store.get(key)).toBeUndefined()
    const receipt = await store.compareAndSet(key, null, 'a', { ttl })
    expect(await fileStore(path).get(key)).toMatchObject({ value: 'a', version: receipt?.version })
    expect(await store.delete(key, 'another')).toBe(false)
    expect(await store.delete(key, receipt?.version)).toBe(true)
    expect(await store.get(key)).toBeUndefined()
    expect(await store.get('neighbour')).toMatchObject({ value: 'b' })
  })

  it('is not changed by what a caller does to a value it was given', async () => {
    const store = fileStore<{ scopes: string[] }>(path)
    await store.compareAndSet('k', null, { scopes: ['read'] }, { ttl })
    ;(await store.get('k'))?.value.scopes.push('write')
    await store.compareAndSet('other', null, { scopes: [] }, { ttl })
    expect(await store.get('k')).toMatchObject({ value: { scopes: ['read'] } })
    expect(await fileStore(path).get('k')).toMatchObject({ value: { scopes: ['read'] } })
  })

  it('that cannot be JSON is refused, and the next write is not held up', async () => {
    const store = fileStore<unknown>(path)
    await expect(store.compareAndSet('k', null, 1n, { ttl })).rejects.toThrow(TypeError)
    expect(readdirSync(dirname(path))).toEqual([])
    expect(await store.compareAndSet('k', null, 1, { ttl })).toBeDefined()
  })

  it('is found after the process has changed its folder', async () => {
    const before = process.cwd()
    try {
      process.chdir(folder.path)
      const store = fileStore<string>('tokens.json')
      process.chdir(before)
      await store.compareAndSet('k', null, 'a', { ttl })
      expect(readdirSync(folder.path)).toEqual(['tokens.json'])
    } finally {
      process.chdir(before)
    }
  })
})

describe('watch', () => {
  it('calls back when another store writes, until it is stopped; begins before there is a file', async () => {
    const store = fileStore<string>(path)
    let calls = 0
    let stop: (() => void) | undefined
    const called = new Promise<void>((resolve) => {
      stop = store.watch?.('k', () => {
        calls += 1
        resolve()
      })
    })
    await fileStore<string>(path).compareAndSet('k', null, 'a', { ttl })
    await called
    stop?.()
    stop?.()
    const before = calls
    await changeSeenByAnother(store)
    expect(calls).toBe(before)
  })

  it('of a folder that cannot be made tells nothing, and throws nothing', () => {
    writeFileSync(join(folder.path, 'file'), '')
    fileStore(join(folder.path, 'file', 'tokens.json')).watch?.('k', () => expect.unreachable())()
  })
})

async function seeded() {
  const store = fileStore<string>(path)
  await store.compareAndSet('k', null, 'a', { ttl })
  return store
}

/** Writes by another store until a watch of its own has told. */
async function changeSeenByAnother(store: Store<string>): Promise<void> {
  const told = new Promise<void>((resolve) => {
    const stop = store.watch?.('k', () => {
      stop?.()
      resolve()
    })
  })
  await fileStore<string>(path).compareAndSet('l', null, 'a', { ttl })
  await told
}

async function thrownBy(call: () => unknown): Promise<Error> {
  try {
    await call()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

async function ofAnotherUser(): Promise<string> {
  await seeded()
  chownSync(path, 12_345, 12_345)
  return path
}

function modeOf(file: string): number {
  return statSync(file).mode & 0o777
}
