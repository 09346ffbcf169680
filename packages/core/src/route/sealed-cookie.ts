import type { Environment } from '../environment.js'
import { UsageError } from '../error/usage-error.js'
import type { Form } from '../http/form.js'
import { createSealer, type Sealer } from '../jose/sealer.js'
import type { SetCookie } from './cookie.js'

/** Characters of one chunk: with name and attributes below the 4,096 octets that browsers keep (RFC 6265 §6.1). */
const CHUNK_LENGTH = 3800
/** Characters that are written in all, names included, and chunks that are read and cleared. */
const MAX_LENGTH = 8192
const MAX_CHUNKS = 16

/** Options of {@link sealedCookie}. */
export interface SealedCookieOptions {
  readonly name: string
  readonly secrets: readonly string[]
  readonly secure: boolean
  /** Seconds. */
  readonly maxAge: number
  readonly environment: Environment
}

/** A value that only this application can read or make, in as many cookies as it takes. */
export interface SealedCookie {
  /** The value, or `undefined` when it is absent, incomplete, or not sealed by us for this purpose. Never an error. */
  read(cookies: Form): Promise<string | undefined>
  /** Cookies to set for a value, and to clear of those that the request had. @throws {@link UsageError} `OAUTH_SESSION_TOO_LARGE`. */
  write(value: string, cookies: Form): Promise<readonly SetCookie[]>
  /** The first cookie of a value as the request has it. `undefined` when it has none, or two. */
  present(cookies: Form): SetCookie | undefined
  /** Cookies to clear. */
  clear(cookies: Form): readonly SetCookie[]
}

/**
 * A sealed cookie in chunks `name.0`, `name.1`, …. The first begins with their number, so that chunks left over from a larger value are
 * not taken for part of a smaller one.
 */
export function sealedCookie({ name, secrets, secure, maxAge, environment }: SealedCookieOptions): SealedCookie {
  const attributes = { secure, sameSite: 'Lax' } as const
  const sealer = lazySealer(environment, secrets, `session ${name}`)

  function chunk(index: number): string {
    return `${name}.${index}`
  }

  function chunksIn(cookies: Form): readonly number[] {
    const names = new Set(cookies.map(([one]) => one))
    return Array.from({ length: MAX_CHUNKS }, (_, index) => index).filter((index) => names.has(chunk(index)))
  }

  function clearFrom(first: number, cookies: Form): readonly SetCookie[] {
    return chunksIn(cookies)
      .filter((index) => index >= first)
      .map((index) => ({ ...attributes, name: chunk(index), value: '', maxAge: 0 }))
  }

  return {
    async read(cookies) {
      const first = single(cookies, chunk(0))
      const count = Number(/^(\d{1,2})\./.exec(first ?? '')?.[1])
      if (first === undefined || !(count >= 1 && count <= MAX_CHUNKS)) return undefined
      let sealed = first.slice(first.indexOf('.') + 1)
      for (let index = 1; index < count; index++) {
        const next = single(cookies, chunk(index))
        if (next === undefined) return undefined
        sealed += next
      }
      return (await sealer()).open(sealed)
    },
    async write(value, cookies) {
      const sealed = await (await sealer()).seal(value)
      const count = Math.ceil(sealed.length / CHUNK_LENGTH)
      const length = sealed.length + count * chunk(0).length + `${count}.`.length
      if (length > MAX_LENGTH) {
        throw new UsageError(
          `The session takes ${length} bytes; ${MAX_LENGTH} fit into cookies. Keep sessions in a store, of which the cookie carries an id alone: option "store", such as redisStore(client). Or ask for fewer scopes or claims, set "userinfo: false" for the provider, give a smaller "profile", or link fewer logins.`,
          { code: 'OAUTH_SESSION_TOO_LARGE' },
        )
      }
      const set = Array.from({ length: count }, (_, index) => {
        const part = sealed.slice(index * CHUNK_LENGTH, (index + 1) * CHUNK_LENGTH)
        return { ...attributes, name: chunk(index), value: index === 0 ? `${count}.${part}` : part, maxAge }
      })
      return [...set, ...clearFrom(count, cookies)]
    },
    present(cookies) {
      const value = single(cookies, chunk(0))
      return value === undefined ? undefined : { ...attributes, name: chunk(0), value, maxAge }
    },
    clear: (cookies) => clearFrom(0, cookies),
  }
}

/** The cookie of a name, unless there are two: one of them may be somebody else's, set from a neighbouring host. */
export function single(cookies: Form, name: string): string | undefined {
  const found = cookies.filter((pair) => pair[0] === name)
  return found.length === 1 ? found[0]?.[1] : undefined
}

/** Derives keys at the first use, once. */
export function lazySealer(environment: Environment, secrets: readonly string[], purpose: string): () => Promise<Sealer> {
  let sealer: Promise<Sealer> | undefined
  return () => {
    sealer ??= createSealer(environment, secrets, purpose)
    return sealer
  }
}
