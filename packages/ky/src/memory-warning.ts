import type { SessionOptions } from '@oauth/core/session'

/** The part of Node's `process` that is used where there is one. */
interface Process {
  readonly env?: Readonly<Record<string, string | undefined>>
  emitWarning?(message: string, options: { readonly type: string; readonly code: string }): void
}

/** A name in the process, so that it is said once by all sessions in it, whatever their adapter. */
const WARNED = Symbol.for('@oauth/session memory warning 1')

/**
 * Tells the operator, once and in production alone, of a person's tokens in a store that only this process can reach: they are gone with it, which
 * nobody may notice before there are two. A machine gets its own again. Where there are no warnings of a process, nothing is said.
 */
export function warnOfMemory({ store, key }: Pick<SessionOptions, 'store' | 'key'>): void {
  const holder = globalThis as { process?: Process; [WARNED]?: boolean }
  if (store?.local !== true || key === undefined || holder.process?.env?.['NODE_ENV'] !== 'production' || holder[WARNED]) return
  holder[WARNED] = true
  try {
    holder.process.emitWarning?.(
      'Tokens are in a store that this process alone can reach, and from memory they are gone with a restart. Take one such as redisStore(client).',
      { type: 'OAuthWarning', code: 'OAUTH_MEMORY_STORE' },
    )
  } catch {
    // Next's edge runtime has all functions of Node's `process`, and each throws.
  }
}
