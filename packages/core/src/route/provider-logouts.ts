import type { Environment } from '../environment.js'
import { digest } from '../jose/digest.js'
import { base64url, utf8Bytes } from '../jose/encoding.js'
import { boundedMap } from './bounded-map.js'
import {
  isEndedBy,
  type KnownLogin,
  type LogoutRecord,
  loginIn,
  nameOf,
  namesOf,
  type ProviderLogout,
  withLogin,
  withLogout,
} from './provider-logout.js'
import type { SessionLifetime } from './session-lifetime.js'
import type { ProviderLogin, UserClaims } from './web-session.js'
import type { WebStore } from './web-store.js'

/** How many logouts a process remembers, at most, and how many logins that may be ended without their cookie. */
const MAX_LOGOUTS = 100_000

/** Logouts that providers have told of, for as long as a session may last that was begun before. */
export interface ProviderLogouts {
  /** Writes a logout down. Again is as good as once. @throws {@link StoreError} when it may not be written. */
  add(logout: ProviderLogout): Promise<void>
  /** Writes a login down that may be ended by whoever knows its session at the provider. @throws {@link StoreError} */
  expect(login: KnownLogin, at: number): Promise<void>
  /** When a login was made last that was written down; `undefined` for none. @throws {@link StoreError} */
  loginOf(login: KnownLogin): Promise<number | undefined>
}

/** Remembered by this process, for sessions in cookies. */
export interface RememberedLogouts extends ProviderLogouts {
  /** Tells whether a login was ended. */
  has(login: ProviderLogin): boolean
}

/** Written to the store, for all instances of the application. */
export interface StoredLogouts extends ProviderLogouts {
  /** What there is of a login: records to ask {@link isEndedBy} about. */
  find(claims: UserClaims): Promise<readonly unknown[]>
}

/** Makes a memory of logouts, for sessions that last `lifetime` seconds. */
export function rememberedLogouts(environment: Pick<Environment, 'now'>, lifetime: number): RememberedLogouts {
  const bounds = { ttl: lifetime, limit: MAX_LOGOUTS }
  const logouts = boundedMap<LogoutRecord>(environment, bounds)
  // Apart from those, so that no number of logins makes a logout forgotten.
  const logins = boundedMap<LogoutRecord>(environment, bounds)
  /** Most processes never hear of any, and are asked at every request. */
  let isEmpty = true

  return {
    async add(logout) {
      const name = nameOf(logout)
      const next = withLogout(logouts.get(name), logout)
      if (next !== undefined) logouts.set(name, next)
      isEmpty = false
    },
    expect: async (login, at) => logins.set(nameOf(login), withLogin(logins.get(nameOf(login)), login, at)),
    loginOf: async (login) => loginIn(logins.get(nameOf(login)), login),
    has: (login) => !isEmpty && namesOf(login.claims).some((name) => isEndedBy(logouts.get(name), login)),
  }
}

/**
 * Keeps logouts in a store, under `lo:` and a hash: who a person is, is nothing to read in a list of keys, and some engines take no long ones.
 *
 * They stay as long as a session may last.
 */
export function storedLogouts(store: WebStore, environment: Environment, { lifetime }: Pick<SessionLifetime, 'lifetime'>): StoredLogouts {
  const keyOf = async (name: string) => `lo:${base64url(await digest(environment, 'SHA-256', utf8Bytes(name)))}`

  /** Writes what `change` makes of what is there; `undefined` from it writes nothing. */
  async function write(name: string, change: (found: unknown) => LogoutRecord | undefined): Promise<void> {
    const key = await keyOf(name)
    for (;;) {
      const entry = await store.get(key)
      const value = change(entry?.value)
      if (value === undefined || (await store.compareAndSet(key, entry?.version ?? null, { value, ttl: lifetime })) !== undefined) return
    }
  }

  return {
    add: (logout) => write(nameOf(logout), (found) => withLogout(found, logout)),
    expect: (login, at) => write(nameOf(login), (found) => withLogin(found, login, at)),
    loginOf: async (login) => loginIn((await store.get(await keyOf(nameOf(login))))?.value, login),
    find: (claims) => Promise.all(namesOf(claims).map(async (name) => (await store.get(await keyOf(name)))?.value)),
  }
}
