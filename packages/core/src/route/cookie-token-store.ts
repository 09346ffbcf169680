import type { Environment } from '../environment.js'
import type { TokenEntry } from '../session/token-entry.js'
import type { TokenRecord, TokenStore } from '../session/token-record.js'
import type { WebSession } from './web-session.js'

/** A session whose only place is the cookie. */
export interface SessionInCookie {
  /** As this request knows it. */
  readonly current: WebSession | undefined
  /** As other requests have made it since; `undefined` when it is over. */
  readonly newest: WebSession | undefined
  /** Goes on with the newest. */
  catchUp(): Promise<void>
  /** Writes what `change` makes of the newest; `undefined` from it writes nothing. Tells whether something was written. */
  write(change: (session: WebSession) => WebSession | undefined): Promise<boolean>
}

/**
 * The token of one login, as one request sees it: in the session's cookie, or as other requests of this process have made it since. A write is a
 * `Set-Cookie` that waits for the response, made from the newest session: meanwhile another login of it may have been renewed.
 */
export function cookieTokenStore({ now }: Pick<Environment, 'now'>, session: SessionInCookie, name: string): TokenStore {
  function entry(): TokenEntry | undefined {
    const value = session.newest?.providers[name]?.record
    return value && { value, version: versionOf(value), now: now() }
  }

  return {
    local: true,
    get: () => (session.newest === session.current ? entry() : session.catchUp().then(entry)),
    async compareAndSet(_key, expected, value) {
      // Only a login creates, and it writes the whole session.
      const written = await session.write((found) => {
        const login = found.providers[name]
        if (login === undefined || versionOf(login.record) !== expected) return undefined
        return { ...found, providers: { ...found.providers, [name]: { ...login, record: value } } }
      })
      return written ? { version: versionOf(value), now: now() } : undefined
    },
    delete: () =>
      session.write((found) => {
        const { [name]: gone, ...providers } = found.providers
        return gone && { ...found, providers }
      }),
  }
}

/** A generation is written once, and an ended record is the last of its generation. */
function versionOf({ generation, ended }: TokenRecord): string {
  return ended === undefined ? String(generation) : `${generation} ended`
}
