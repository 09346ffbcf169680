import { explain } from './explain.js'
import { OAuthError, type OAuthErrorOptions } from './oauth-error.js'

/**
 * The server issued new tokens, but they could not be stored.
 *
 * The tokens are kept in this process and storing is tried again at the next use; the token endpoint is not asked again.
 * `token` is a way to save them by hand; it is not enumerable, so that logging the error does not print it.
 */
export class PersistError<T = unknown> extends OAuthError {
  override readonly name = 'PersistError'
  readonly code = 'OAUTH_PERSIST'
  readonly #token: T

  constructor(token: T, options?: OAuthErrorOptions) {
    super(
      explain ? 'The new tokens could not be stored. They are kept in memory and storing is tried again at the next use.' : 'OAUTH_PERSIST',
      options,
    )
    this.#token = token
  }

  /** The tokens that were issued and are not stored yet. */
  get token(): T {
    return this.#token
  }
}
