import type { Fingerprint } from './fingerprint.js'
import type { Choice } from './scheduler.js'

const NOTHING: ReadonlySet<string> = new Set()
/** How full the table may be. */
const MAX_LOAD = 0.6

/**
 * The states that were visited, each by its fingerprint, with the choices that were left asleep there. There are many of them: one takes sixteen
 * bytes in a table that is never more than 60 % full.
 */
export class Visited {
  #names = new Float64Array(1 << 16)
  #checks = new Int32Array(1 << 16)
  /** Of each state, which of the sets it is, counted from one; zero where there is no state. */
  #sets = new Int32Array(1 << 16)
  readonly #known: ReadonlySet<string>[] = [NOTHING]
  readonly #numbers = new Map<string, number>([['', 1]])
  size = 0

  /** What was left asleep in a state; `undefined` for one that is new. */
  asleepIn(state: Fingerprint): ReadonlySet<string> | undefined {
    return this.#known[(this.#sets[this.#placeOf(state)] ?? 0) - 1]
  }

  set(state: Fingerprint, asleep: readonly Choice[]): void {
    const place = this.#placeOf(state)
    if (this.#sets[place] === 0) this.size += 1
    this.#put(place, state, this.#numberOf(asleep))
    if (this.size > MAX_LOAD * this.#sets.length) this.#grow()
  }

  #put(place: number, { name, check }: Fingerprint, set: number): void {
    this.#names[place] = name
    this.#checks[place] = check
    this.#sets[place] = set
  }

  /** Where a state is, or would be. */
  #placeOf({ name, check }: Fingerprint): number {
    const last = this.#sets.length - 1
    let place = name & last
    while (this.#sets[place] !== 0 && (this.#names[place] !== name || this.#checks[place] !== check)) place = (place + 1) & last
    return place
  }

  #grow(): void {
    const [names, checks, sets] = [this.#names, this.#checks, this.#sets]
    this.#names = new Float64Array(2 * names.length)
    this.#checks = new Int32Array(2 * names.length)
    this.#sets = new Int32Array(2 * names.length)
    for (const [at, set] of sets.entries()) {
      if (set === 0) continue
      const state = { name: names[at] ?? 0, check: checks[at] ?? 0 }
      this.#put(this.#placeOf(state), state, set)
    }
  }

  #numberOf(asleep: readonly Choice[]): number {
    const labels = asleep.map(({ label }) => label).toSorted()
    const text = labels.join('\n')
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const number = this.#known.push(new Set(labels))
    this.#numbers.set(text, number)
    return number
  }
}
