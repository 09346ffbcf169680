import type { TokenEntry } from '../session/token-entry.js'
import type { TokenRecord, TokenStore } from '../session/token-record.js'
import type { WebContext } from './web-context.js'
import type { WebSession } from './web-session.js'

/** Whatever holds the session of one request. */
export interface SessionHolder {
  /** The session as this request knows it. */
  readonly current: WebSession | undefined
  /** Goes on with the session as other requests have made it. */
  catchUp(): Promise<void>
  /** Replaces the session, or ends it, in the browser too. */
  replace(session: WebSession | undefined): Promise<void>
}

/**
 * The token of one login, as one request sees it: in the session's cookie, or as other requests of this process have made it since. A write is a
 * `Set-Cookie` that waits for the response.
 */
export function sessionTokenStore<Http>(
  { environment, endedSessions, renewedSessions }: WebContext<Http>,
  visit: SessionHolder,
  name: string,
): TokenStore {
  function session(): WebSession | undefined {
    const current = visit.current
    return current === undefined || endedSessions.has(current.id) ? undefined : current
  }

  function isBehind(): boolean {
    const current = session()
    return current !== undefined && (renewedSessions.get(current.id)?.generation ?? 0) > current.generation
  }

  function entry(): TokenEntry | undefined {
    const value = session()?.providers[name]?.record
    return value && { value, version: versionOf(value), now: environment.now() }
  }

  return {
    get: () => (isBehind() ? visit.catchUp().then(entry) : entry()),
    async compareAndSet(_key, expected, value) {
      const current = session()
      const known = isBehind() ? renewedSessions.get(current?.id ?? '') : current
      const login = known?.providers[name]
      // Only a login creates, and it writes the whole session.
      if (known === undefined || login === undefined || versionOf(login.record) !== expected) return undefined
      const now = Math.floor(environment.now())
      const providers = { ...known.providers, [name]: { ...login, record: value } }
      await visit.replace({ ...known, usedAt: now, generation: known.generation + 1, providers })
      // A logout meanwhile wins, and the new token is given back.
      return session() === undefined ? undefined : { version: versionOf(value), now }
    },
    async delete() {
      await visit.catchUp()
      const current = session()
      if (current?.providers[name] === undefined) return false
      const { [name]: _gone, ...providers } = current.providers
      await visit.replace(Object.keys(providers).length === 0 ? undefined : { ...current, generation: current.generation + 1, providers })
      return true
    },
  }
}

/** A generation is written once, and an ended record is the last of its generation. */
function versionOf({ generation, ended }: TokenRecord): string {
  return ended === undefined ? String(generation) : `${generation} ended`
}
