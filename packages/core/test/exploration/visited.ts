import type { Choice } from './scheduler.js'

const NOTHING: ReadonlySet<string> = new Set()

/** The states that were visited, each by its fingerprint, with the choices that were left asleep there. */
export class Visited {
  readonly #parts = Array.from({ length: 16 }, () => new Map<number, ReadonlySet<string>>())
  size = 0

  /** What was left asleep in a state; `undefined` for one that is new. */
  asleepIn(state: number): ReadonlySet<string> | undefined {
    return this.#part(state).get(state)
  }

  set(state: number, asleep: readonly Choice[]): void {
    const part = this.#part(state)
    if (!part.has(state)) this.size += 1
    part.set(state, asleep.length === 0 ? NOTHING : new Set(asleep.map(({ label }) => label)))
  }

  /** A map has no room for more than 16 million. */
  #part(state: number): Map<number, ReadonlySet<string>> {
    return this.#parts[state % this.#parts.length] ?? new Map()
  }
}
