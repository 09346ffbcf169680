import type { Environment } from '../environment.js'
import { UsageError } from '../error/usage-error.js'
import type { Form } from '../http/form.js'
import { isJsonObject, parseJson } from '../http/json.js'
import { type AuthorizationTransaction, isAuthorizationTransaction, TRANSACTION_TTL } from '../transaction/authorization-transaction.js'
import type { SetCookie } from './cookie.js'
import { lazySealer, single } from './sealed-cookie.js'

/** How many logins one browser can have under way, and how many characters their cookies may take together. */
const MAX_LOGINS = 10
const MAX_LENGTH = 6144

/** Characters of a cookie's name and value that browsers keep (RFC 6265bis §5.6). */
const MAX_COOKIE_LENGTH = 4096
/** What {@link idOf} makes. A name that is anything else is nobody's to clear. */
const ID = /^[A-Za-z0-9_-]{1,16}$/

/** Options of {@link loginCookies}. */
export interface LoginCookiesOptions {
  readonly name: string
  readonly secrets: readonly string[]
  readonly secure: boolean
  readonly environment: Environment
}

/** The login attempts of one browser: one sealed cookie for each, so that tabs do not disturb each other. */
export interface LoginCookies {
  /** Whether a request has login cookies beside the one of this state. */
  hasOthers(state: string, cookies: Form): boolean
  /** Whether a request has the cookie of this state, though it may be none that opens. */
  has(state: string, cookies: Form): boolean
  /** The attempt that a state belongs to; `undefined` when its cookie is absent or not ours. */
  find(state: string, cookies: Form): Promise<AuthorizationTransaction | undefined>
  /** Cookies that keep an attempt, and that let go of the oldest ones when there are too many. @throws {@link UsageError} one that is too large. */
  keep(transaction: AuthorizationTransaction, cookies: Form): Promise<readonly SetCookie[]>
  /** The cookie that ends an attempt. */
  drop(state: string): SetCookie
  /** The cookie by which a browser is not sent to a provider in silence for a while: nobody was logged in there, or somebody has just logged out here. */
  readonly quiet: SetCookie
  /** Whether a request has it. */
  isQuiet(cookies: Form): boolean
}

/** Makes the login cookies of one application. The name of each holds the first characters of its state; the rest stays secret. */
export function loginCookies({ name, secrets, secure, environment }: LoginCookiesOptions): LoginCookies {
  const sealer = lazySealer(environment, secrets, `login ${name}`)
  const prefix = `${name}.`
  const quiet: SetCookie = { name: `${name}-quiet`, value: '1', maxAge: TRANSACTION_TTL, secure, sameSite: 'Lax' }

  function cleared(cookie: string): SetCookie {
    return { name: cookie, value: '', maxAge: 0, secure, sameSite: 'Lax' }
  }

  function present(cookies: Form): readonly string[] {
    return [...new Set(cookies.map(([one]) => one).filter((one) => one.startsWith(prefix) && ID.test(one.slice(prefix.length))))]
  }

  async function read(cookie: string, cookies: Form): Promise<AuthorizationTransaction | undefined> {
    const sealed = single(cookies, cookie)
    const text = sealed === undefined || sealed.length > MAX_LENGTH ? undefined : await (await sealer()).open(sealed)
    return text === undefined ? undefined : parseTransaction(text)
  }

  async function evicted(added: number, cookies: Form): Promise<readonly SetCookie[]> {
    const names = present(cookies)
    const sizeOf = (cookie: string) =>
      cookie.length + Math.max(...cookies.filter(([one]) => one === cookie).map(([, value]) => value.length))
    let size = added + names.reduce((sum, cookie) => sum + sizeOf(cookie), 0)
    if (names.length < MAX_LOGINS && size <= MAX_LENGTH) return []
    const aged = await Promise.all(names.map(async (cookie) => ({ cookie, createdAt: (await read(cookie, cookies))?.createdAt ?? 0 })))
    aged.sort((a, b) => a.createdAt - b.createdAt)
    const gone: SetCookie[] = []
    for (const { cookie } of aged) {
      if (names.length - gone.length < MAX_LOGINS && size <= MAX_LENGTH) break
      size -= sizeOf(cookie)
      gone.push(cleared(cookie))
    }
    return gone
  }

  return {
    hasOthers: (state, cookies) => present(cookies).some((cookie) => cookie !== prefix + idOf(state)),
    has: (state, cookies) => single(cookies, prefix + idOf(state)) !== undefined,
    find: (state, cookies) => read(prefix + idOf(state), cookies),
    async keep(transaction, cookies) {
      const value = await (await sealer()).seal(JSON.stringify(transaction))
      const cookie = prefix + idOf(transaction.state)
      if (cookie.length + value.length > MAX_COOKIE_LENGTH) {
        throw new UsageError(
          `The login attempt takes a cookie of ${value.length} bytes; browsers keep ${MAX_COOKIE_LENGTH}. Ask for fewer scopes or resources.`,
          { code: 'OAUTH_SESSION_TOO_LARGE' },
        )
      }
      // The answer to a form_post is a POST from the provider's site, which only SameSite=None lets this one cookie come along with.
      const sameSite = transaction.response_mode === 'form_post' && secure ? 'None' : 'Lax'
      const kept: SetCookie = { name: cookie, value, maxAge: TRANSACTION_TTL, secure, sameSite }
      return [...(await evicted(cookie.length + value.length, cookies)), kept]
    },
    drop: (state) => cleared(prefix + idOf(state)),
    quiet,
    isQuiet: (cookies) => cookies.some(([one]) => one === quiet.name),
  }
}

/** The part of a state that is in a cookie's name. Whoever has the state from elsewhere gains nothing: the cookie is sealed. */
export function idOf(state: string): string {
  return state.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 16)
}

function parseTransaction(text: string): AuthorizationTransaction | undefined {
  try {
    const value = parseJson(text)
    return isJsonObject(value) && isAuthorizationTransaction(value) ? value : undefined
  } catch {
    return undefined
  }
}
