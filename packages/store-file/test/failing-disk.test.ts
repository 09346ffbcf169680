import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { fileStore } from '../src/index.js'
import { temporaryFolder, workers } from './processes.js'

const folder = temporaryFolder()
const { start, end } = await workers(folder.path)
afterAll(() => {
  end()
  folder.remove()
})
chmodSync(folder.path, 0o755)

const isRoot = process.geteuid?.() === 0
/** A user who may not do everything, where the tests run as one who may. */
const USER = 12_345

it('RF06: a file that grows beyond what the process may write: EFBIG, the file is as it was, nothing is left', async () => {
  const { path, place } = await seeded('limited')
  const before = readFileSync(path)
  const worker = start({ do: 'write', path, key: 'k', value: 'x'.repeat(100_000) }, { shell: 'ulimit -f 16' })
  expect((await worker.rest())[0]).toBe('EFBIG')
  expect(readFileSync(path)).toEqual(before)
  expect(readdirSync(place)).toEqual(['tokens.json'])
})

it('RF06: a folder that may not be written: EACCES, the file is as it was', async () => {
  const { path, place } = await seeded('closed')
  if (isRoot) for (const name of [path, place]) chownSync(name, USER, USER)
  chmodSync(place, 0o500)
  const before = readFileSync(path)
  const worker = start({ do: 'write', path, key: 'k', value: 'a', ...(isRoot && { as: USER }) })
  expect((await worker.rest())[0]).toBe('EACCES')
  expect(readFileSync(path)).toEqual(before)
  chmodSync(place, 0o700)
  expect(readdirSync(place)).toEqual(['tokens.json'])
})

it('RF06: a folder where none can be made: ENOENT, and no process that stands still', async ({ skip }) => {
  skip(process.platform !== 'linux', 'there is no /proc')
  const path = '/proc/my-cli/state/tokens.json'
  expect((await start({ do: 'write', path, key: 'k', value: 'a' }).rest())[0]).toBe('ENOENT')
  expect(await start({ do: 'watch', path }).rest()).toEqual([])
})

const mounted = isRoot && canMount()
const NOT_MOUNTED = 'no file system can be mounted here: it takes root, and a container that lets it'

it('RF06: a full disk: ENOSPC, the file is as it was, nothing is left, and it goes on when there is room', async ({ skip }) => {
  skip(!mounted, NOT_MOUNTED)
  const place = join(folder.path, 'full')
  mkdirSync(place)
  mount(place, 'size=64k')
  try {
    const path = join(place, 'tokens.json')
    const store = fileStore<string>(path)
    await store.compareAndSet('k', null, 'a', { ttl: 1000 })
    const before = readFileSync(path)
    await expect(store.compareAndSet('l', null, 'x'.repeat(100_000), { ttl: 1000 })).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(readFileSync(path)).toEqual(before)
    expect(readdirSync(place)).toEqual(['tokens.json'])
    expect(await store.compareAndSet('l', null, 'b', { ttl: 1000 })).toBeDefined()
  } finally {
    unmount(place)
  }
})

it('RF06: a disk that became read-only: EROFS on writing, and reading goes on', async ({ skip }) => {
  skip(!mounted, NOT_MOUNTED)
  const place = join(folder.path, 'read-only')
  mkdirSync(place)
  mount(place, 'size=64k')
  try {
    const store = fileStore<string>(join(place, 'tokens.json'))
    await store.compareAndSet('k', null, 'a', { ttl: 1000 })
    shell('mount -o remount,ro "$0"', place)
    await expect(store.compareAndSet('l', null, 'b', { ttl: 1000 })).rejects.toMatchObject({ code: 'EROFS' })
    expect(await store.get('k')).toMatchObject({ value: 'a' })
  } finally {
    unmount(place)
  }
})

async function seeded(name: string) {
  const place = join(folder.path, name)
  const path = join(place, 'tokens.json')
  await fileStore<string>(path).compareAndSet('seed', null, 'a', { ttl: 1000 })
  return { path, place }
}

function mount(place: string, options: string): void {
  shell(`mount -t tmpfs -o ${options} tmpfs "$0"`, place)
}

function unmount(place: string): void {
  shell('umount "$0"', place)
}

function shell(command: string, place: string): void {
  execFileSync('sh', ['-c', command, place], { stdio: 'ignore' })
}

function canMount(): boolean {
  const place = join(folder.path, 'mountable')
  mkdirSync(place)
  try {
    mount(place, 'size=4k')
    unmount(place)
    return true
  } catch {
    return false
  }
}
