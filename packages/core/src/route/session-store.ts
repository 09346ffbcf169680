import type { Store } from '../session/store.js'
import { isTokenRecord } from './login-token-store.js'
import { isEndedBy } from './provider-logout.js'
import type { StoredLogouts } from './provider-logouts.js'
import { isAlive, isRollDue, loginTimeLeft, type SessionLifetime, timeLeft } from './session-lifetime.js'
import { isSessionRecord, type SessionRecord, withoutTokens, withTokens } from './session-record.js'
import type { WebSession } from './web-session.js'
import type { WebStore } from './web-store.js'

/** A session of the store. */
export interface SessionEntry {
  readonly session: WebSession
  /** What was read, and at which version. */
  readonly record: SessionRecord
  readonly version: string
}

/** Sessions in the application's store: each under `s:` and its id, the tokens of its logins under keys of their own. */
export interface SessionStore {
  /** For the life cycle of tokens. */
  readonly tokens: Store<unknown>
  /** The session with its tokens; `undefined` when it is over. @throws {@link StoreError} */
  read(id: string): Promise<SessionEntry | undefined>
  /** Writes down that a session is used, from time to time. Without fail: who else has written says that it was used, or that it is over. */
  roll(entry: SessionEntry): Promise<void>
  /**
   * Writes a session whose login at `name` is new, and deletes the one that it takes the place of. Tells whether that was still there; if not,
   * nothing of the new one is left. Under one id the logins never change, so that it was there is all there is to know.
   *
   * @throws {@link StoreError}
   */
  replace(over: SessionEntry | undefined, session: WebSession, name: string): Promise<boolean>
  /** @throws {@link StoreError} */
  delete(id: string): Promise<void>
}

/** Makes the sessions of a store. */
export function sessionStore(store: WebStore, logouts: StoredLogouts, lifetime: SessionLifetime): SessionStore {
  function entryOf(record: SessionRecord): { readonly value: SessionRecord; readonly ttl: number } {
    return { value: record, ttl: timeLeft(record, lifetime) }
  }

  /** Tells whether there was one. Where the answer is lost and it is gone, who was first is not known: then it counts as gone before. */
  async function remove(id: string): Promise<boolean> {
    try {
      return await store.delete(keyOf(id))
    } catch (error) {
      const left = await store.get(keyOf(id)).catch(() => Promise.reject(error))
      if (left !== undefined) throw error
      return false
    }
  }

  /** The token of a login, and whether the provider has ended it; all at once, so that it takes no longer than the token alone. */
  async function readLogin(login: SessionRecord['providers'][string]) {
    const { key, claims } = login
    const [token, told] = await Promise.all([store.get(key), logouts.find(claims)])
    const record = isTokenRecord(token?.value) ? token.value : undefined
    return { key, token: record, isEnded: record !== undefined && told.some((logout) => isEndedBy(logout, { ...login, record })) }
  }

  return {
    tokens: store.tokens,
    async read(id) {
      const entry = await store.get(keyOf(id))
      if (entry === undefined || !isSessionRecord(entry.value, id) || !isAlive(entry.value, lifetime)) return undefined
      const logins = await Promise.all(Object.values(entry.value.providers).map(readLogin))
      const ended = logins.filter(({ isEnded }) => isEnded)
      const isOver = ended.length > 0 && ended.length === logins.length
      // Without fail: they are over anyhow, while the logout is known, and that is for as long as they could last.
      const gone = [...ended.map(({ key }) => key), ...(isOver ? [keyOf(id)] : [])]
      await Promise.allSettled(gone.map((key) => store.delete(key)))
      if (isOver) return undefined
      const tokens = logins.flatMap(({ key, token, isEnded }) => (token === undefined || isEnded ? [] : [[key, token] as const]))
      return { session: withTokens(entry.value, new Map(tokens)), record: entry.value, version: entry.version }
    },
    async roll({ record, version }) {
      if (!isRollDue(record, lifetime)) return
      const used = { ...record, usedAt: Math.floor(lifetime.now()) }
      await store.compareAndSet(keyOf(record.id), version, entryOf(used)).catch(() => undefined)
    },
    async replace(over, session, name) {
      const { key = '', record, ...login } = session.providers[name] ?? {}
      let isReplaced = false
      try {
        await store.compareAndSet(key, null, { value: record, ttl: loginTimeLeft(login, lifetime) })
        await store.compareAndSet(keyOf(session.id), null, entryOf(withoutTokens(session)))
        isReplaced = over === undefined || (await remove(over.session.id))
        return isReplaced
      } finally {
        if (!isReplaced) await Promise.allSettled([store.delete(keyOf(session.id)), store.delete(key)])
      }
    },
    async delete(id) {
      await remove(id)
    },
  }
}

function keyOf(id: string): string {
  return `s:${id}`
}
