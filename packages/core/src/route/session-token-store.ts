import type { TokenRecord, TokenStore } from '../session/token-record.js'
import type { WebContext } from './web-context.js'
import type { WebSession } from './web-session.js'

/** Whatever holds the session of one request. */
export interface SessionHolder {
  /** The session as it is now. */
  readonly current: WebSession | undefined
  /** Replaces the session, or ends it, in the browser too. */
  replace(session: WebSession | undefined): Promise<void>
}

/**
 * The token of one login, as one request sees it: in the session's cookie. A write is a `Set-Cookie` that waits for the response. Other
 * requests of the same browser see it once they bring the new cookie; until then the life cycle's memory of the renewal serves them.
 */
export function sessionTokenStore<Http>(
  { environment, endedSessions, replacedRecords, unseenSessions }: WebContext<Http>,
  visit: SessionHolder,
  name: string,
): TokenStore {
  function session(): WebSession | undefined {
    const current = visit.current
    return current === undefined || endedSessions.has(current.id) ? undefined : current
  }

  /** Another request may have renewed the token of another login of this session meanwhile; what it wrote stays. */
  function newest(current: WebSession): WebSession {
    const later = unseenSessions.get(current.id)
    return later !== undefined && later.generation > current.generation ? later : current
  }

  function record(): TokenRecord | undefined {
    return session()?.providers[name]?.record
  }

  return {
    get() {
      const value = record()
      return value && { value, version: versionOf(value), now: environment.now() }
    },
    async compareAndSet(_key, expected, value) {
      const current = session()
      const login = current?.providers[name]
      // Only a login creates, and it writes the whole session.
      if (current === undefined || login === undefined || versionOf(login.record) !== expected) return undefined
      const now = Math.floor(environment.now())
      const receipt = { version: versionOf(value), now }
      const nameOf = ({ generation }: TokenRecord) => `${current.id} ${name} ${generation}`
      // The browser was given a later one: a cookie with this one, arriving after it, would bring a spent refresh token back.
      if (replacedRecords.has(nameOf(value))) return receipt
      if (value.generation > login.record.generation) replacedRecords.add(nameOf(login.record))
      const known = newest(current)
      const has = known.providers[name]?.record.token.access_token === value.token.access_token && value.ended === undefined
      const providers = { ...known.providers, [name]: { ...login, record: value } }
      await visit.replace(has ? known : { ...known, usedAt: now, generation: known.generation + 1, providers })
      // A logout meanwhile wins, and the new token is given back.
      return session() === undefined ? undefined : receipt
    },
    async delete() {
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
