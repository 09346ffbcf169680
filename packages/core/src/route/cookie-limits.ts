import type { Maybe } from '../environment.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import { RefreshError } from '../error/refresh-error.js'
import { UsageError } from '../error/usage-error.js'

/**
 * Uses a token that is kept in a cookie. Where that fails for what cookies cannot do, the error says that a store could: neither does one process
 * know what another has renewed, nor can a new token be kept once the headers are sent. An adapter may know more of the latter.
 */
export function withinCookieLimits<T>(use: () => Maybe<T>, unkept?: () => string | undefined): Maybe<T> {
  const advised = (error: unknown) => adviseStore(error, unkept)
  try {
    const result = use()
    return result instanceof Promise ? result.catch(advised) : result
  } catch (error) {
    return advised(error)
  }
}

function adviseStore(error: unknown, unkept: (() => string | undefined) | undefined): never {
  if (!isOAuthError(error)) throw error
  // What this process itself has spent it remembers, and would not have sent again.
  if (error.name === 'RefreshError' && error.reason === 'invalid_grant') {
    throw new RefreshError(
      {
        kind: 'terminal',
        reason: 'invalid_grant',
        hint: 'The session is kept in a cookie: another instance of this application, or this one before a restart, may have renewed the token without this one knowing. If it runs as several processes, give them a store in common: option "store", such as redisStore(client).',
      },
      { cause: error.cause },
    )
  }
  if (error.code === 'OAUTH_SESSION_READ_ONLY') {
    throw new UsageError(
      unkept?.() ??
        'The token needs to be renewed, but the new one could not be kept: the response headers are already sent, or cookies cannot be set here. Call the API before the response begins, before you stream; or keep sessions in a store, where that does not matter: option "store", such as redisStore(client).',
      { code: 'OAUTH_SESSION_READ_ONLY' },
    )
  }
  throw error
}
