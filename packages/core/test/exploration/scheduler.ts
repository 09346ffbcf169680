/** What goes wrong, each kind as often as a scenario allows. */
export type Fault = 'crash' | 'answer' | 'request' | 'store' | 'lease'
/** How many faults of each kind a schedule may have, and how many in all. */
export type Faults = Readonly<Partial<Record<Fault, number>>> & { readonly all?: number }

/** What a step can meet of what others do. */
export type Touch = 'own' | 'reads' | 'writes' | 'server' | 'everything'

/** A way in which a step can go. */
export interface Way {
  /** Empty for the one that is meant. */
  readonly name: string
  readonly fault?: Fault
  go(): void
}

/** Something that a process has asked of the world outside, and that has not happened yet. */
export interface Step {
  readonly actor: number
  readonly name: string
  readonly touches: Touch
  readonly ways: readonly Way[]
  /** Tells whether it can happen now; absent for what always can. */
  readonly ready?: () => boolean
  /** It is on its way: it may happen even when its process is no more. */
  readonly sent?: boolean
}

/** What can happen next. */
export interface Choice {
  /** The same words for the same choice in every schedule that begins alike. */
  readonly label: string
  readonly actor: number
  readonly touches: Touch
  readonly fault: Fault | undefined
  take(): void
}

/** Holds every step back until it is chosen. */
export class Scheduler {
  readonly #faults: Faults
  readonly #alive: (actor: number) => boolean
  readonly #used: Partial<Record<Fault, number>> = {}
  #pending: Step[] = []

  constructor(faults: Faults, alive: (actor: number) => boolean) {
    this.#faults = faults
    this.#alive = alive
  }

  add(step: Step): Step {
    this.#pending.push(step)
    return step
  }

  remove(step: Step): void {
    this.#pending = this.#pending.filter((other) => other !== step)
  }

  /** What a process that stops leaves behind is what it has sent. */
  crash(actor: number): void {
    this.#pending = this.#pending.filter((step) => step.actor !== actor || step.sent)
  }

  /** Everything that waits, in the order in which it was asked for. */
  get pending(): readonly Step[] {
    return this.#pending
  }

  /** What waits of processes that still run; without it a schedule is over. */
  get expected(): readonly Step[] {
    return this.#pending.filter(({ actor }) => this.#alive(actor))
  }

  isAllowed(fault: Fault): boolean {
    const { all = Number.POSITIVE_INFINITY } = this.#faults
    return (this.#used[fault] ?? 0) < (this.#faults[fault] ?? 0) && this.used < all
  }

  /** How many faults there were. */
  get used(): number {
    let count = 0
    for (const fault in this.#used) count += this.#used[fault as Fault] ?? 0
    return count
  }

  use(fault: Fault): void {
    this.#used[fault] = (this.#used[fault] ?? 0) + 1
  }

  /** No more faults. */
  stopFaults(): void {
    for (const fault of ['crash', 'answer', 'request', 'store', 'lease'] as const) this.#used[fault] = Number.POSITIVE_INFINITY
  }

  get fingerprint(): string {
    const { crash = 0, answer = 0, request = 0, store = 0, lease = 0 } = this.#used
    return `${crash},${answer},${request},${store},${lease}`
  }

  /** The steps that can happen now, each in each of its ways. */
  choices(): Choice[] {
    const choices: Choice[] = []
    const seen = new Map<string, number>()
    for (const step of this.#pending) {
      if (step.ready?.() === false) continue
      const name = `p${step.actor} ${step.name}`
      const count = (seen.get(name) ?? 0) + 1
      seen.set(name, count)
      for (const way of step.ways)
        if (way.fault === undefined || this.isAllowed(way.fault))
          choices.push(this.#choice(count === 1 ? name : `${name} #${count}`, step, way))
    }
    return choices
  }

  #choice(name: string, step: Step, way: Way): Choice {
    return {
      label: way.name === '' ? name : `${name}: ${way.name}`,
      actor: step.actor,
      touches: step.touches,
      fault: way.fault,
      take: () => {
        this.remove(step)
        if (way.fault !== undefined) this.use(way.fault)
        way.go()
      },
    }
  }
}

/** Tells whether two choices come to the same in either order, so that one order is enough to look at. */
export function areIndependent(one: Choice, other: Choice): boolean {
  if (one.actor === other.actor || one.touches === 'everything' || other.touches === 'everything') return false
  if (one.fault !== undefined && other.fault !== undefined) return false
  if (one.touches === 'own' || other.touches === 'own') return true
  const onServer = [one, other].filter(({ touches }) => touches === 'server').length
  if (onServer > 0) return onServer === 1
  return one.touches === 'reads' && other.touches === 'reads'
}
