import { type Explanation, explain } from './explain.js'
import { UsageError } from './usage-error.js'

/**
 * Refuses options that are none, and options that nothing reads: mostly misspelt ones, whose meaning would silently be lost.
 *
 * @throws {@link UsageError}
 */
export function assertKnownOptions(options: object, known: readonly string[], where: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const found = options === undefined || options === null ? 'nothing' : Array.isArray(options) ? 'a list' : `a ${typeof options}`
    throw new UsageError(explain && `${where}: an options object is needed, and there is ${found}. ${all(known)}`)
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new UsageError(explain && `${where}: there is no option "${unknown}".${meant(unknown, known)} ${all(known)}`)
}

function all(known: readonly string[]): Explanation {
  return explain && `Known options: ${[...known].sort().join(', ')}.`
}

/** The option that differs in its spelling alone, as `client_id`, `redirectURI` and `scopes` do. */
function meant(name: string, known: readonly string[]): Explanation {
  const bare = (text: string) => text.toLowerCase().replace(/[_-]|s$/g, '')
  const found = known.find((other) => bare(other) === bare(name))
  return explain && (found === undefined ? '' : ` Did you mean "${found}"?`)
}
