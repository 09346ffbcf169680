import { isJsonObject, parseJson } from '../http/json.js'
import type { TokenRecord } from '../session/token-record.js'
import { isWebSession, type ProviderLogin, type WebSession } from './web-session.js'

/** What a store keeps of a session: all but the tokens, which have keys of their own. */
export interface SessionRecord extends Omit<WebSession, 'providers'> {
  readonly providers: Readonly<Record<string, StoredLogin>>
}

/** A login without its token, and the key that has it. */
interface StoredLogin extends Omit<ProviderLogin, 'record'> {
  readonly key: string
}

/** The session without its tokens. */
export function withoutTokens(session: WebSession): SessionRecord {
  const logins = Object.entries(session.providers).map(([name, { record: _elsewhere, ...login }]) => [name, login] as const)
  return { ...session, providers: Object.fromEntries(logins) as SessionRecord['providers'] }
}

/** The session with its tokens, in the order of the logins. A login whose token is gone is over. */
export function withTokens(record: SessionRecord, tokens: ReadonlyMap<string, TokenRecord>): WebSession {
  const logins = Object.entries(record.providers).flatMap(([name, login]) => {
    const token = tokens.get(login.key)
    return token === undefined ? [] : [[name, { ...login, record: token }] as const]
  })
  return { ...record, providers: Object.fromEntries(logins) }
}

/** Tells whether a stored value is a session of this version and id: anybody may write to a store. */
export function isSessionRecord(value: unknown, id: string): value is SessionRecord {
  if (!isWebSession(value) || value.id !== id || !Array.isArray(value.former ?? [])) return false
  return Object.values<Partial<ProviderLogin> | null>(value.providers).every(
    (login) => typeof login?.key === 'string' && Number.isFinite(login.until) && typeof login.claims === 'object' && login.claims !== null,
  )
}

/** The text of a cookie that carries a session's id. */
export function idText(id: string): string {
  return JSON.stringify({ v: 1, id })
}

/** The id in the text of a cookie; `undefined` when it is none, such as a session that was kept in the cookie itself. */
export function parseIdText(text: string): string | undefined {
  try {
    const value = parseJson(text)
    return isJsonObject(value) && value['v'] === 1 && typeof value['id'] === 'string' && value['providers'] === undefined
      ? value['id']
      : undefined
  } catch {
    return undefined
  }
}
