import { defaultEnvironment, type Environment, type Maybe } from '../environment.js'
import { explain } from '../error/explain.js'
import { assertKnownOptions } from '../error/known-options.js'
import { UsageError } from '../error/usage-error.js'
import { assertSecrets, createSealer, type Sealer } from '../jose/sealer.js'
import { assertStore } from './assert-store.js'
import { ownPromise } from './own-promise.js'
import type { Store } from './store.js'
import type { TokenRecord } from './token-record.js'

/** Options of {@link encryptedStore}. */
export interface EncryptedStoreOptions {
  /** At least 32 random bytes, or a list: the first seals, all of them open. */
  readonly secret: string | readonly string[]
  readonly environment?: Environment | undefined
}

const OPTIONS = ['secret', 'environment'] as const

/**
 * A store whose values are encrypted in the engine, as compact JWE: who reads the engine learns keys, sizes and times alone. A value is bound
 * to its key, so who can write to the engine cannot give one person the session of another.
 *
 * A value that does not open is an error, never absent: else a lost secret would look like a logout, and be overwritten. Works with any store
 * that keeps texts; answers synchronously where that does and the platform encrypts synchronously, but for the first call.
 *
 * @typeParam T what is stored, as JSON: the records of tokens unless said otherwise
 * @example
 * const store = encryptedStore(redisStore(client), { secret: [newSecret, oldSecret] })
 * @throws {@link UsageError} for what is no store, and for a secret that is too short; from `get` for a value that no secret opens, or that was sealed for another key.
 * @see RFC 7516 §3.1 https://www.rfc-editor.org/rfc/rfc7516#section-3.1
 */
export function encryptedStore<T = TokenRecord>(store: Store<string>, options: EncryptedStoreOptions): Store<T> {
  assertStore(store, 'encryptedStore: the store inside')
  assertKnownOptions(options, OPTIONS, 'encryptedStore')
  const { secret, environment = defaultEnvironment() } = options
  const secrets = typeof secret === 'string' ? [secret] : (secret ?? [])
  assertSecrets(secrets)
  let sealer: Maybe<Sealer> | undefined

  /** Made at the first use: some platforms allow no cryptography before a request. */
  function whenReady<R>(use: (sealer: Sealer) => Maybe<R>): Maybe<R> {
    sealer ??= createSealer(environment, secrets, 'store').then((made) => {
      sealer = made
      return made
    })
    return after(sealer, use)
  }

  return {
    ...(store.local === true ? { local: true } : {}),
    get: (key) =>
      after(ownPromise(store.get(key)), (entry) => {
        if (entry === undefined) return undefined
        const sealed: unknown = entry.value
        const text = typeof sealed === 'string' ? whenReady(({ open }) => open(sealed)) : undefined
        return after(text, (opened) => ({ ...entry, value: unwrapped<T>(key, opened) }))
      }),
    compareAndSet(key, expected, value, options) {
      // Before anything is awaited: the value is the caller's.
      const text = JSON.stringify([key, value])
      return after(
        whenReady(({ seal }) => seal(text)),
        (sealed) => store.compareAndSet(key, expected, sealed, options),
      )
    },
    delete: (key, expected) => store.delete(key, expected),
    ...(store.watch === undefined ? {} : { watch: (key, changed) => store.watch?.(key, changed) ?? (() => undefined) }),
  }
}

/** The value that was sealed for a key. */
function unwrapped<T>(key: string, opened: string | undefined): T {
  if (opened === undefined) {
    throw new UsageError(
      explain &&
        'A record in the store was not encrypted with any of the secrets of encryptedStore. If a secret was replaced, add the old one to the end of the list until its records have expired. If the store held records before they were encrypted, begin with a new prefix or table. Deleting the record ends its session.',
    )
  }
  // What opens is ours: nobody else could have sealed it.
  const [sealedFor, value] = JSON.parse(opened) as [string, T]
  if (sealedFor === key) return value
  throw new UsageError(
    explain &&
      'A record in the store was encrypted for another key than it stands under: somebody copied it there, or keys were renamed. It is not used. Deleting the record ends its session.',
  )
}

/** Goes on at once where there is nothing to wait for. */
function after<A, B>(value: Maybe<A>, next: (value: A) => Maybe<B>): Maybe<B> {
  return value instanceof Promise ? value.then(next) : next(value)
}
