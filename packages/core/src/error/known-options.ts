import { type Explanation, explain } from './explain.js'
import { UsageError } from './usage-error.js'

/**
 * Refuses options that are none, and options that nothing reads: mostly misspelt ones, whose meaning would silently be lost.
 *
 * @throws {@link UsageError}
 */
export function assertKnownOptions(options: object, known: readonly string[], where: Explanation): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new UsageError(explain && `${where}: an options object is needed, and there is ${found?.(options)}. ${all?.(known)}`)
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new UsageError(explain && `${where}: there is no option "${unknown}".${meant?.(unknown, known)} ${all?.(known)}`)
}

const found = explain
  ? (options: unknown): string =>
      options === undefined || options === null ? 'nothing' : Array.isArray(options) ? 'a list' : `a ${typeof options}`
  : undefined

const all = explain ? (known: readonly string[]): string => `Known options: ${[...known].sort().join(', ')}.` : undefined

/** The option that differs in its spelling alone, as `client_id`, `redirectURI` and `scopes` do. */
const meant = explain
  ? (name: string, known: readonly string[]): string => {
      const bare = (text: string) => text.toLowerCase().replace(/[_-]|s$/g, '')
      const other = known.find((one) => bare(one) === bare(name))
      return other === undefined ? '' : ` Did you mean "${other}"?`
    }
  : undefined
