import type { TokenSet } from '../message/token-set.js'

/** What may be a token or a key: a long run of the characters they are made of, with a digit in it. */
const TOKEN_LIKE = /(?=[\w.~+=-]*\d)[\w.~+=-]{20,}/g
/** Longest text that is taken over. */
const MAX_LENGTH = 1000

/**
 * A copy of an error of the application's store or callback with name, message, code and stack alone, to be a `cause`. Database clients
 * hang the command they sent on their errors, and quote it in the text, and with it the tokens that were to be written: those of `tokens`,
 * and whatever looks like one, are cut out.
 */
export function plainCause(error: unknown, ...tokens: readonly (TokenSet | undefined)[]): Error {
  if (!(error instanceof Error)) return new Error('no Error was thrown')
  const { name, message, stack = '' } = error
  const { code } = error as { code?: unknown }
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  const text = redacted(message, tokens)
  const copy = new Error(text)
  Object.defineProperty(copy, 'stack', { value: [`${name}: ${text}`, ...frames].join('\n'), configurable: true, writable: true })
  Object.defineProperty(copy, 'name', { value: name, configurable: true, writable: true })
  return typeof code === 'string' || typeof code === 'number' ? Object.assign(copy, { code }) : copy
}

function redacted(message: string, tokens: readonly (TokenSet | undefined)[]): string {
  const secrets = tokens.flatMap((token) => [token?.access_token, token?.refresh_token, token?.id_token])
  const rest = secrets.reduce((text: string, secret) => (secret ? text.replaceAll(secret, '[redacted]') : text), message)
  // Cut twice, so that no part of a token that the first cut goes through is left.
  return rest
    .slice(0, 2 * MAX_LENGTH)
    .replaceAll(TOKEN_LIKE, '[redacted]')
    .slice(0, MAX_LENGTH)
}
