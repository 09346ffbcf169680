import fs, { writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { fileStore } from '../src/index.js'

/** What a process of a test does, given as JSON in its first argument. Each line it prints is an answer. */
export type Job =
  /** Adds one to each of the keys in turn, again and again, and prints the key after each success. */
  | { readonly do: 'increment'; readonly path: string; readonly keys: readonly string[]; readonly times: number }
  /** Writes once, sends itself `signal` before the file system call `step`, and prints what came of it and how many calls there were. `as` is
   * the user who writes: one who is given up to here, since a program in a closed folder could not be started by another. */
  | { readonly do: 'write'; readonly path: string; readonly key: string; readonly value: string; readonly at?: Fault; readonly as?: number }
  /** Watches, and has nothing else to do. */
  | { readonly do: 'watch'; readonly path: string }

export interface Fault {
  readonly signal: 'SIGKILL' | 'SIGSTOP'
  /** The number of a call, or the name of one. */
  readonly step: number | string
}

const job = JSON.parse(process.argv[2] ?? '') as Job

if (job.do === 'increment') await increment(job)
if (job.do === 'write') await write(job)
if (job.do === 'watch') fileStore(job.path).watch?.('k', () => {})

async function increment({ path, keys, times }: Extract<Job, { do: 'increment' }>): Promise<void> {
  const store = fileStore<number>(path)
  for (let done = 0; done < times; ) {
    const key = keys[done % keys.length] ?? ''
    const entry = await store.get(key)
    const receipt = await store.compareAndSet(key, entry?.version ?? null, (entry?.value ?? 0) + 1, { ttl: Number.POSITIVE_INFINITY })
    if (receipt === undefined) continue
    done += 1
    print(key)
  }
}

async function write({ path, key, value, at, as }: Extract<Job, { do: 'write' }>): Promise<void> {
  if (as !== undefined) process.setuid?.(as)
  const store = fileStore<string>(path)
  const expected = (await store.get(key))?.version ?? null
  let done = false
  const steps = atEachStep((step, name) => {
    if (done || at === undefined || !(at.step === step || at.step === name)) return
    done = true
    print(`before ${name}`)
    process.kill(process.pid, at.signal)
  })
  try {
    const receipt = await store.compareAndSet(key, expected, value, { ttl: 1000 })
    print(receipt === undefined ? 'lost' : 'won')
  } catch (error) {
    print(String((error as { code?: unknown }).code))
  }
  print(String(steps()))
}

/** Calls back before each call to the file system, and returns how many there were. */
function atEachStep(before: (step: number, name: string) => void): () => number {
  let count = 0
  const calls = fs as unknown as Record<string, (...args: unknown[]) => unknown>
  for (const [name, call] of Object.entries(calls)) {
    if (!/^[a-z]\w+Sync$/.test(name) || name === 'writeSync') continue
    calls[name] = Object.assign((...args: unknown[]) => {
      before(count, name)
      count += 1
      return call(...args)
    }, call)
  }
  syncBuiltinESMExports()
  return () => count
}

function print(line: string): void {
  writeSync(1, `${line}\n`)
}
