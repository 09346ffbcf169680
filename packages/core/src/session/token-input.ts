import { type Explanation, explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { expiresAt, wholeSeconds } from '../message/expiry.js'
import { isToken } from '../message/token-response.js'
import type { TokenInput, TokenSet } from '../message/token-set.js'

/** More seconds than this are the year 5138: it is the same moment in milliseconds. */
const MAX_EXPIRES_AT = 1e11

/**
 * Takes a token that the application kept: from a database, a file, an older version.
 *
 * Without `expires_at`, `expires_in` is counted from now. An optional member that is `null` counts as absent.
 *
 * @throws {@link UsageError} when there is no access token, it is of a type that cannot be sent, or a member is not what its name says.
 */
export function tokenInput(input: TokenInput, now: number): TokenSet {
  if (typeof input !== 'object' || input === null) {
    throw new UsageError(
      explain &&
        'The token is not an object. Give the token as fetchToken returned it, or at least { access_token }. To forget a token, call deleteToken.',
    )
  }
  const { access_token, token_type = 'Bearer', refresh_token, id_token, scope, expires_at, expires_in, ...further } = input
  if (typeof access_token !== 'string' || access_token === '') {
    throw new UsageError(
      explain && 'The token has no "access_token". Give the token as fetchToken returned it, or at least { access_token }.',
    )
  }
  if (!isToken(access_token)) {
    throw new UsageError(
      explain && 'The token has an "access_token" that is not visible ASCII text without spaces; it cannot be sent in a header.',
    )
  }
  if (typeof token_type !== 'string' || token_type.toLowerCase() !== 'bearer') {
    throw new UsageError(explain && 'The token has a "token_type" other than "Bearer"; this client cannot send it.')
  }
  const lifetime = seconds('expires_in', expires_in, explain && 'seconds')
  const expiry = expiresAt({ expires_at: epochSeconds(expires_at), expires_in: lifetime }, now)
  return {
    ...further,
    access_token,
    token_type,
    ...text('refresh_token', refresh_token),
    ...text('id_token', id_token),
    ...text('scope', scope),
    ...(lifetime === undefined ? {} : { expires_in: expires_in as number | string }),
    ...(expiry === undefined ? {} : { expires_at: expiry }),
  }
}

function epochSeconds(value: unknown): number | undefined {
  const at = seconds('expires_at', value, explain && 'seconds since the epoch, as in Math.floor(date.getTime() / 1000)')
  if (at !== undefined && at > MAX_EXPIRES_AT) {
    throw new UsageError(
      explain && 'The token has an "expires_at" that is in milliseconds. Give seconds since the epoch: divide it by 1000.',
    )
  }
  return at
}

function seconds(name: string, value: unknown, expected: Explanation): number | undefined {
  if (value === undefined || value === null) return undefined
  const number = wholeSeconds(value)
  if (number !== undefined) return number
  throw new UsageError(explain && `The token has an "${name}" that ${found(value)}. Give ${expected}: a number, or its digits.`)
}

/** What is wrong with a number, without showing it: in a token that was put together wrongly it may be anything. */
function found(value: unknown): Explanation {
  if (typeof value === 'string') return explain && 'is a text and no whole number'
  if (typeof value === 'number') return value < 0 ? 'is negative' : explain && 'is no number of that size'
  return explain && `is of type ${typeof value}`
}

/** An optional member that is a text. Empty is absent, as in answers of servers. */
function text<K extends string>(name: K, value: unknown): { [P in K]?: string } {
  if (value === undefined || value === null || value === '') return {}
  if (typeof value === 'string') return { [name]: value } as { [P in K]: string }
  const hint = name === 'scope' && Array.isArray(value) ? explain && ' Join a list with spaces.' : ''
  throw new UsageError(
    explain && `The token has a "${name}" of type ${Array.isArray(value) ? 'array' : typeof value}. It must be a text.${hint}`,
  )
}
