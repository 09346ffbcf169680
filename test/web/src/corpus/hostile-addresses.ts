import { IDEAS } from './ideas.ts'

/** An address that an attacker would have the browser sent to, in place of a page of the application. */
export interface HostileAddress {
  /** What it tries. */
  readonly idea: string
  readonly value: string
}

/**
 * All hostile addresses for an application at `baseUrl`, each once, always in the same order. Some are paths of the application after all, as browsers
 * read them: what matters is where the browser ends.
 */
export function hostileAddresses(baseUrl: string): readonly HostileAddress[] {
  const app = new URL(baseUrl)
  const seen = new Set<string>()
  return Object.entries(IDEAS).flatMap(([idea, make]) =>
    make(app)
      // A form, a query and a header carry no half of a surrogate pair.
      .map((value) => value.toWellFormed())
      .filter((value) => !seen.has(value) && seen.add(value))
      .map((value) => ({ idea, value })),
  )
}

/** The same, and each as it looks URL-encoded once and twice: what is left of it where it is decoded once less, or once more, than was thought. */
export function hostileSpellings(baseUrl: string): readonly HostileAddress[] {
  const seen = new Set<string>()
  return hostileAddresses(baseUrl)
    .flatMap(({ idea, value }) => {
      const once = encodeURIComponent(value)
      // What stands behind a slash is still a path when all else is encoded.
      return [value, once, encodeURIComponent(once), `/${once}`, encodeURI(value), decoded(value)].map((spelling) => ({
        idea,
        value: spelling,
      }))
    })
    .filter(({ value }) => !seen.has(value) && seen.add(value))
}

/** Every so many-th of them, and so some of each idea that has as many. */
export function sample(addresses: readonly HostileAddress[], every: number): readonly HostileAddress[] {
  return addresses.filter((_, index) => index % every === 0)
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
