import { defaultOperator, type Operator, processWideWarnings } from '../environment.js'
import type { SessionOptions } from './session-options.js'
import type { Store } from './store.js'

/**
 * Tells the operator, in production alone and once in a process, of a person's tokens in a store that only this process can reach: they are gone with
 * it, which nobody may notice before there are two. A machine gets its own again.
 */
export function warnOfTokensInMemory({ store, key }: Pick<SessionOptions, 'store' | 'key'>): void {
  if (key === undefined || store?.local !== true) return
  warn(
    'Tokens are in a store that this process alone can reach, and from memory they are gone with a restart. Take one such as redisStore(client).',
    defaultOperator(),
  )
}

/**
 * Tells the operator, in the same manner, of sessions in such a store: other processes do not know them.
 *
 * @param operator the way to the operator, on platforms that have no warnings of Node's.
 */
export function warnOfSessionsInMemory(store: Store<unknown> | undefined, operator: Operator = defaultOperator()): void {
  if (store?.local !== true) return
  warn(
    'Sessions are in a store that this process alone can reach: others do not know them, and from memory they are gone with a restart. Take a store such as redisStore(client), or none, for sessions in cookies.',
    operator,
  )
}

function warn(message: string, operator: Operator): void {
  const warned = processWideWarnings()
  if (!operator.isInProduction || warned.has(message)) return
  warned.add(message)
  operator.warn({ code: 'OAUTH_MEMORY_STORE', message })
}
