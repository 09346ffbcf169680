import type { Environment, OAuthEvent } from '../environment.js'
import type { TerminalReason } from '../error/refresh-error.js'
import { tokenHash } from './token-hash.js'
import type { TokenPlace } from './token-place.js'
import type { TokenRecord } from './token-record.js'

/** Tells whoever listens what became of a token: by its key, its generation and its hash; of one that has ended, why. */
export function tell(
  environment: Environment,
  type: OAuthEvent['type'],
  { key }: TokenPlace,
  record: TokenRecord,
  reason?: TerminalReason,
): void {
  if (environment.emit === undefined) return
  const hash = tokenHash(environment, record)
  if (hash instanceof Promise) hash.then(emit, () => undefined)
  else emit(hash)

  function emit(name: string): void {
    try {
      environment.emit?.({ type, key, tokenHash: name, ...(reason && { reason }), detail: `generation ${record.generation}` })
    } catch {
      // A listener that fails must not fail the call whose token was just renewed.
    }
  }
}
