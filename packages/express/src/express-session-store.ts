import { randomUUID } from 'node:crypto'
import { UsageError } from '@oauth/core/adapter'
import type { Store, StoreEntry, StoreReceipt } from '@oauth/core/session'

/** What is used of a store of express-session, such as one of its many adapters to databases. */
export interface CallbackStore {
  get(id: string, callback: (error: unknown, session?: object | null) => void): void
  set(id: string, session: object, callback: (error?: unknown) => void): void
  destroy(id: string, callback: (error?: unknown) => void): void
}

/** What is kept for a key. The cookie is none: those stores read from it how long to keep a session. */
interface Slot {
  readonly cookie: { readonly originalMaxAge: number | null; readonly maxAge: number | null; readonly expires: Date | null }
  readonly oauth: { readonly value: unknown; readonly version: string; readonly expiresAt: number | null }
}

/** The last write on a key, and what the next one waits for: that, and the reads since. */
interface Turns {
  readonly write: Promise<unknown> | undefined
  readonly all: Promise<unknown>
}

/** Milliseconds after which a store that has not called back counts as failed: what comes after it on the same key waits no longer. */
const PATIENCE_MS = 10_000
/** The latest time that a `Date` can be, in milliseconds. */
const LATEST = 8.64e15

/**
 * Keeps sessions in a store that the application has for express-session.
 *
 * Only where one process uses it: such a store cannot compare and set, so two processes that renew a token at the same moment would spend it
 * twice, and one that writes late brings back what the other has deleted. Within a process, one waits for the other. A warning says
 * so, of code `OAUTH_ONE_PROCESS`. For several processes take `redisStore(client)` or `postgresStore(pool)` on the same database.
 *
 * @example
 * oauth({ store: expressSessionStore(new FileStore()), … })
 *
 * @throws {@link UsageError} for what is no such store, and for options: there are none.
 */
export function expressSessionStore(store: CallbackStore, ...further: readonly []): Store<unknown> {
  const members = Object(store) as Record<string, unknown>
  if (['get', 'set', 'destroy'].some((name) => typeof members[name] !== 'function')) {
    throw new UsageError(
      'expressSessionStore takes what express-session takes as its "store": an object with get, set and destroy, such as new FileStore(). Any other store is given to oauth as it is.',
    )
  }
  if (further.length > 0)
    throw new UsageError(
      'expressSessionStore has no options: it takes the store alone. How long sessions last is the option "session" of oauth.',
    )
  process.emitWarning(
    'Sessions are in a store of express-session, which cannot compare and set: it is safe as long as one process uses it. For several, take a store such as redisStore(client).',
    { type: 'OAuthWarning', code: 'OAUTH_ONE_PROCESS' },
  )
  return new ExpressSessionStore(store)
}

/** The store that {@link expressSessionStore} makes. */
export class ExpressSessionStore implements Store<unknown> {
  readonly local = true
  readonly #store: CallbackStore
  /** What is under way on each key. */
  readonly #turns = new Map<string, Turns>()

  constructor(store: CallbackStore) {
    this.#store = store
  }

  get(key: string): Promise<StoreEntry<unknown> | undefined> {
    // A store on files may show half of what is being written. For other reads none waits: where nothing comes back, each would add its patience.
    return this.#inTurn(key, 'read', async () => {
      const slot = await this.#read(key)
      return slot && { value: slot.value, version: slot.version, now: now() }
    })
  }

  compareAndSet(
    key: string,
    expected: string | null,
    value: unknown,
    { ttl }: { readonly ttl: number },
  ): Promise<StoreReceipt | undefined> {
    return this.#inTurn(key, 'write', async () => {
      const found = await this.#read(key)
      if ((found?.version ?? null) !== expected) return undefined
      const version = randomUUID()
      const slot: Slot = { cookie: cookieFor(ttl), oauth: { value, version, expiresAt: Number.isFinite(ttl) ? now() + ttl : null } }
      await called((done) => this.#store.set(idOf(key), slot, done))
      return { version, now: now() }
    })
  }

  delete(key: string, expected?: string): Promise<boolean> {
    return this.#inTurn(key, 'write', async () => {
      const found = await this.#read(key)
      if (found === undefined || (expected !== undefined && found.version !== expected)) return false
      await called((done) => this.#store.destroy(idOf(key), done))
      return true
    })
  }

  async #read(key: string): Promise<Slot['oauth'] | undefined> {
    const session = await called<object | null | undefined>((done) => this.#store.get(idOf(key), done)).catch(absentFile)
    const { oauth } = (session ?? {}) as Partial<Slot>
    if (typeof oauth?.version !== 'string') return undefined
    return oauth.expiresAt === null || oauth.expiresAt > now() ? oauth : undefined
  }

  #inTurn<T>(key: string, kind: 'read' | 'write', work: () => Promise<T>): Promise<T> {
    const { write, all } = this.#turns.get(key) ?? {}
    const turn = Promise.resolve(kind === 'read' ? write : all).then(work, work)
    // Without what was read, or each would keep that of all before it.
    const settled = Promise.allSettled([all, turn]).then(() => undefined)
    const turns = kind === 'read' ? { write, all: settled } : { write: turn, all: turn }
    this.#turns.set(key, turns)
    void settled.then(() => {
      if (this.#turns.get(key) === turns) this.#turns.delete(key)
    })
    return turn
  }
}

/** Some of these stores make a file name of it. */
function idOf(key: string): string {
  return encodeURIComponent(key)
}

function now(): number {
  return Date.now() / 1000
}

function cookieFor(ttl: number): Slot['cookie'] {
  if (!Number.isFinite(ttl)) return { originalMaxAge: null, maxAge: null, expires: null }
  const maxAge = Math.ceil(ttl * 1000)
  return { originalMaxAge: maxAge, maxAge, expires: new Date(Math.min(Date.now() + maxAge, LATEST)) }
}

/** What a function calls back with, as a promise. As express-session takes it, whatever is falsy is no error. */
function called<T>(work: (done: (error: unknown, result?: T) => void) => void): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const answer = new Promise<T | undefined>((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The store has not called back within ${PATIENCE_MS / 1000} seconds.`)), PATIENCE_MS)
    work((error, result) => (error ? reject(error) : resolve(result)))
  })
  return answer.finally(() => clearTimeout(timer))
}

/** As express-session takes it: stores that have a file for each session say so when there is none. */
function absentFile(error: unknown): undefined {
  if ((error as { code?: unknown } | null)?.code === 'ENOENT') return undefined
  throw error
}
