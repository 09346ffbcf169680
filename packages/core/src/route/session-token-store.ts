import type { Environment } from '../environment.js'
import type { TokenEntry } from '../session/token-entry.js'
import type { TokenRecord, TokenStore } from '../session/token-record.js'
import type { SetCookie } from './cookie.js'
import type { ProviderLogin, WebSession } from './web-session.js'

/** Whatever holds the session of one request. */
export interface SessionHolder {
  /** The session as this request knows it. */
  readonly current: WebSession | undefined
  /** The session as other requests have made it since; `undefined` when it is over. */
  readonly newest: WebSession | undefined
  /** Goes on with the newest. */
  catchUp(): Promise<void>
  seal(session: WebSession): Promise<readonly SetCookie[]>
  adopt(session: WebSession, cookies: readonly SetCookie[]): void
}

/**
 * The token of one login, as one request sees it: in the session's cookie, or as other requests of this process have made it since. A write is a
 * `Set-Cookie` that waits for the response, made from the newest session: sealing takes time, in which another login of it may be renewed.
 */
export function sessionTokenStore({ now }: Pick<Environment, 'now'>, visit: SessionHolder, name: string): TokenStore {
  function entry(): TokenEntry | undefined {
    const value = visit.newest?.providers[name]?.record
    return value && { value, version: versionOf(value), now: now() }
  }

  /** Writes what `change` makes of the newest session; `undefined` from it writes nothing. */
  async function write(change: (session: WebSession, login: ProviderLogin) => WebSession | undefined): Promise<boolean> {
    for (;;) {
      const { newest } = visit
      const login = newest?.providers[name]
      if (newest === undefined || login === undefined) return false
      const next = change(newest, login)
      if (next === undefined) return false
      const session = { ...next, usedAt: Math.floor(now()), generation: newest.generation + 1 }
      const cookies = await visit.seal(session)
      if (newest !== visit.newest) continue
      visit.adopt(session, cookies)
      return true
    }
  }

  return {
    local: true,
    get: () => (visit.newest === visit.current ? entry() : visit.catchUp().then(entry)),
    async compareAndSet(_key, expected, value) {
      // Only a login creates, and it writes the whole session.
      const written = await write((session, login) =>
        versionOf(login.record) === expected
          ? { ...session, providers: { ...session.providers, [name]: { ...login, record: value } } }
          : undefined,
      )
      return written ? { version: versionOf(value), now: now() } : undefined
    },
    delete: () =>
      write((session) => {
        const { [name]: _gone, ...providers } = session.providers
        return { ...session, providers }
      }),
  }
}

/** A generation is written once, and an ended record is the last of its generation. */
function versionOf({ generation, ended }: TokenRecord): string {
  return ended === undefined ? String(generation) : `${generation} ended`
}
