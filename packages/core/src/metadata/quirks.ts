import { type Explanation, explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'

/**
 * Where one provider is known to depart from the standard, as data. Nothing here applies unless it is set, and it is set per provider.
 */
export interface Quirks {
  /** Statuses beyond 200 that the token endpoint answers a success with, such as `[201]`. */
  readonly acceptTokenStatus?: readonly number[]
  /** Takes JSON whatever its `content-type` says. */
  readonly anyContentType?: boolean
  /** Reads `{"error": …}` with status 200 as the error it is, as GitHub's token endpoint sends it. */
  readonly errorWithStatus200?: boolean
  /** Sends client id and secret in HTTP Basic as they are, without the form encoding of RFC 6749 §2.3.1. */
  readonly rawBasicCredentials?: boolean
}

/** What a quirk's value has to be. */
interface ValueType {
  readonly text: Explanation
  holds(value: unknown): boolean
}

const STATUSES: ValueType = {
  text: explain && 'a list of HTTP statuses, such as [201]',
  holds: (value) => Array.isArray(value) && value.every((status) => Number.isInteger(status)),
}
const FLAG: ValueType = { text: explain && 'true or false', holds: (value) => typeof value === 'boolean' }

/** Every quirk there is, and what its value has to be. */
const QUIRKS: Readonly<Record<keyof Quirks, ValueType>> = {
  acceptTokenStatus: STATUSES,
  anyContentType: FLAG,
  errorWithStatus200: FLAG,
  rawBasicCredentials: FLAG,
}

/**
 * Refuses quirks that nothing reads, whose meaning would silently be lost, and values that would be read as something else.
 *
 * @throws {@link UsageError} listing those that are known.
 */
export function assertQuirks(quirks: Quirks | undefined): void {
  if (quirks === undefined) return
  const known = explain && `Known quirks: ${Object.keys(QUIRKS).join(', ')}.`
  if (typeof quirks !== 'object' || quirks === null || Array.isArray(quirks)) {
    throw new UsageError(explain && `Option "quirks" must be an object, such as { anyContentType: true }. ${known}`)
  }
  for (const [name, value] of Object.entries(quirks)) {
    if (!isQuirk(name)) throw new UsageError(explain && `Option "quirks": there is no quirk "${name}". ${known}`)
    if (value !== undefined && !QUIRKS[name].holds(value)) {
      throw new UsageError(explain && `Option "quirks": "${name}" must be ${QUIRKS[name].text}. ${known}`)
    }
  }
}

function isQuirk(name: string): name is keyof Quirks {
  return Object.hasOwn(QUIRKS, name)
}
