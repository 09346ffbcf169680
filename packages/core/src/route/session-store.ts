import type { Store } from '../session/store.js'
import type { TokenRecord } from '../session/token-record.js'
import { isTokenRecord } from './login-token-store.js'
import { isAlive, isRollDue, loginTimeLeft, type SessionLifetime, timeLeft } from './session-lifetime.js'
import { isSessionRecord, withoutTokens, withTokens } from './session-record.js'
import type { WebSession } from './web-session.js'
import type { WebStore } from './web-store.js'

/** A session as it was read, and the version that it had. */
export interface SessionEntry {
  readonly session: WebSession
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
   * Writes a session whose login at `name` is new, and deletes the one that it takes the place of. Tells whether that was still as it was read; if
   * not, nothing of the new one is left.
   *
   * @throws {@link StoreError}
   */
  replace(over: SessionEntry | undefined, session: WebSession, name: string): Promise<boolean>
  /** @throws {@link StoreError} */
  delete(id: string): Promise<void>
}

/** Makes the sessions of a store. */
export function sessionStore(store: WebStore, lifetime: SessionLifetime): SessionStore {
  function entryOf(session: WebSession): { readonly value: unknown; readonly ttl: number } {
    return { value: withoutTokens(session), ttl: timeLeft(session, lifetime) }
  }

  return {
    tokens: store.tokens,
    async read(id) {
      const entry = await store.get(keyOf(id))
      if (entry === undefined || !isSessionRecord(entry.value) || !isAlive(entry.value, lifetime)) return undefined
      const keys = Object.values(entry.value.providers).map(({ key }) => key)
      const found = await Promise.all(keys.map(async (key) => [key, (await store.get(key))?.value] as const))
      const tokens = found.filter((pair): pair is readonly [string, TokenRecord] => isTokenRecord(pair[1]))
      return { session: withTokens(entry.value, new Map(tokens)), version: entry.version }
    },
    async roll({ session, version }) {
      if (!isRollDue(session, lifetime)) return
      const used = { ...session, usedAt: Math.floor(lifetime.now()) }
      await store.compareAndSet(keyOf(session.id), version, entryOf(used)).catch(() => undefined)
    },
    async replace(over, session, name) {
      const { key = '', record, ...login } = session.providers[name] ?? {}
      let isReplaced = false
      try {
        await store.compareAndSet(key, null, { value: record, ttl: loginTimeLeft(login, lifetime) })
        await store.compareAndSet(keyOf(session.id), null, entryOf(session))
        isReplaced = over === undefined || (await store.delete(keyOf(over.session.id), over.version))
        return isReplaced
      } finally {
        if (!isReplaced) await Promise.allSettled([store.delete(keyOf(session.id)), store.delete(key)])
      }
    },
    async delete(id) {
      await store.delete(keyOf(id))
    },
  }
}

function keyOf(id: string): string {
  return `s:${id}`
}
