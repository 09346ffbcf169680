import { LEASE } from '../../src/session/refresh-lease.js'
import { GRACE } from '../../src/session/renewal-memory.js'
import type { TokenRecord } from '../../src/session/token-record.js'
import type { Time } from './time.js'

/** A token request, from the moment that a process makes it. */
export interface TokenRequest {
  readonly actor: number
  /** The number of the token that it spends. */
  readonly spends: number
  /** When its lease ends, by the true time. */
  readonly until: number
  /** The number of what it brought. */
  brings?: number
  /** Its process has the answer. */
  isAnswered: boolean
  /** The server has said no. */
  isRefused: boolean
  /** The store knows what came of it, or nothing did. */
  isSettled: boolean
  /** The answer is lost, or came later than the lease lasts. */
  isLost: boolean
}

/** All token requests of a system, and what became of them. */
export class TokenRequests {
  readonly #time: Time
  readonly #all: TokenRequest[] = []
  /** When the server has issued each token. */
  readonly #issuedAt = new Map<number, number>()
  /** When the last lease of each process ends. */
  readonly #leases = new Map<number, number>()
  #lease: string | undefined

  constructor(time: Time) {
    this.#time = time
  }

  get all(): readonly TokenRequest[] {
    return this.#all
  }

  made(actor: number, spends: number): TokenRequest {
    const until = this.#leases.get(actor) ?? this.#time.elapsed + LEASE * 1000
    const request: TokenRequest = { actor, spends, until, isAnswered: false, isRefused: false, isSettled: false, isLost: false }
    this.#all.push(request)
    return request
  }

  /** The request has reached the server. One that came after its lease counts as lost. */
  arrived(request: TokenRequest): void {
    if (this.#time.elapsed >= request.until) request.isLost = true
  }

  issued(request: TokenRequest, number: number): void {
    request.brings = number
    this.#issuedAt.set(number, this.#time.elapsed)
  }

  crashed(actor: number): void {
    for (const request of this.#all) if (request.actor === actor && !request.isSettled) request.isLost = true
  }

  /** Whoever has not stored the answer by the end of its lease counts as lost; a refusal that is on its way into the store, too. */
  timePassed(isBusy: (actor: number) => boolean): void {
    for (const request of this.#all) {
      const isOpen = !request.isSettled && (!request.isRefused || isBusy(request.actor))
      if (isOpen && this.#time.elapsed >= request.until) request.isLost = true
    }
  }

  /** A process has changed the store, which knows now what came of its requests. */
  stored(actor: number, number: number | undefined, record: TokenRecord | undefined): void {
    const { lease, ended } = record ?? {}
    for (const request of this.#all) {
      // A token that is put there again says nothing of its refusal.
      const isOver = ended !== undefined || number !== request.spends
      const isRefusal = request.actor === actor && request.isRefused && request.isAnswered && isOver
      if (isRefusal || (number !== undefined && request.brings === number)) request.isSettled = true
    }
    const text = lease && JSON.stringify(lease)
    if (text !== undefined && text !== this.#lease) this.#leases.set(actor, this.#time.elapsed + LEASE * 1000)
    if (number !== undefined) this.#lease = text
  }

  /** What the server has refused to a process, which knows that. */
  refusedTo(actor: number): number[] {
    const refused = this.#all.filter((request) => request.actor === actor && request.isRefused && request.isAnswered)
    return refused.map(({ spends }) => spends)
  }

  /** How many requests that spend a token are lost. */
  lostOf(spends: number): number {
    return this.#all.filter((request) => request.spends === spends && request.isLost).length
  }

  /** Tells whether it is so long ago that a token was issued that the one before it need not be known any more. */
  isForgotten(number: number): boolean {
    return this.#time.elapsed - (this.#issuedAt.get(number) ?? 0) >= GRACE * 1000
  }
}
