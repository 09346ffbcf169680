import { memoryStore } from '../memory-store.js'
import type { TokenRecord, TokenStore } from '../token-record.js'

/** A store that answers as late as the test likes, and fails when it is told to. */
export interface SlowStore extends TokenStore {
  readonly writes: TokenRecord[]
  /** The record at present, looked at directly. */
  peek(key?: string): TokenRecord | undefined
  /** How many of the next writes fail, and whether they are made all the same. */
  failWrites(count: number, how?: { readonly butWrite?: boolean }): void
  failReads(count: number): void
  /** Holds back the next read's answer until the returned function is called. */
  holdRead(): { readonly reached: Promise<void>; release(): void }
  /** Holds back the next write before it is made. */
  holdWrite(): { readonly reached: Promise<void>; release(): void }
}

interface Gate {
  readonly reached: Promise<void>
  release(): void
  pass(): Promise<void>
}

function gate(): Gate {
  const arrived = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  return {
    reached: arrived.promise,
    release: opened.resolve,
    pass() {
      arrived.resolve()
      return opened.promise
    },
  }
}

export function slowStore(now: () => number): SlowStore {
  const memory = memoryStore<TokenRecord>({ now })
  const writes: TokenRecord[] = []
  let failing = 0
  let butWrite = false
  let unreadable = 0
  let readGate: Gate | undefined
  let writeGate: Gate | undefined

  return {
    local: true,
    writes,
    peek: (key = 'token') => {
      const entry = memory.get(key)
      return entry instanceof Promise ? undefined : entry?.value
    },
    failWrites(count, how = {}) {
      failing = count
      butWrite = how.butWrite ?? false
    },
    failReads(count) {
      unreadable = count
    },
    holdRead() {
      readGate = gate()
      return readGate
    },
    holdWrite() {
      writeGate = gate()
      return writeGate
    },
    async get(key) {
      await undefined
      if (unreadable > 0) {
        unreadable -= 1
        throw new Error('read failed')
      }
      const entry = await memory.get(key)
      const held = readGate
      readGate = undefined
      await held?.pass()
      return entry
    },
    async compareAndSet(key, expected, value, options) {
      const held = writeGate
      writeGate = undefined
      await held?.pass()
      if (failing > 0) {
        failing -= 1
        if (butWrite) await memory.compareAndSet(key, expected, value, options)
        // What database clients do: the command, with the token in it, hangs on the error.
        throw Object.assign(new Error('disk full'), { code: 'ENOSPC', command: { name: 'set', args: [JSON.stringify(value)] } })
      }
      const receipt = await memory.compareAndSet(key, expected, value, options)
      if (receipt !== undefined) writes.push(value)
      return receipt
    },
    async delete(key, expected) {
      await undefined
      return memory.delete(key, expected)
    },
  }
}
