import { isErrorOf, isOAuthError } from '../../src/error/any-oauth-error.js'
import type { TokenRecord } from '../../src/session/token-record.js'
import { type ModelServer, numberOf } from './model-server.js'
import type { ModelStore } from './model-store.js'
import type { Call, Scenario } from './scenario.js'
import type { Time } from './time.js'
import { type TokenRequest, TokenRequests } from './token-requests.js'

/** What must hold in every schedule. */
export type Invariant =
  | 'a refresh token is spent once, and once more for each answer that was lost'
  | 'nobody revokes the tokens that are in the store'
  | 'no stored token is older than one that was stored before'
  | 'a deleted session stays deleted'
  | 'a session that has ended is over until somebody logs in'
  | 'the new tokens of a deleted session are revoked'
  | 'what was renewed for a login that another has replaced is revoked'
  | 'a caller gets a token that was in the store during the call, or a typed error'
  | 'a token is served only until it expires'
  | 'a session ends only when an answer was lost, and says so'
  | 'a caller is told that a session is over only when it is'
  | 'everyone makes progress'

/** An invariant that did not hold, and how. */
export interface Violation {
  readonly invariant: Invariant
  readonly detail: string
}

/** A call under way. */
export interface CallUnderWay {
  readonly actor: number
  readonly call: Call
  /** The first entry of the store's past that it could have seen. */
  readonly since: number
  /** The number of what it puts there itself. It had that before, and may get it, or another login's, back. */
  puts?: number
}

/** Watches a system from outside, and knows what none of its parts does. */
export class Invariants {
  readonly #server: ModelServer
  readonly #store: ModelStore
  readonly #scenario: Scenario
  readonly requests: TokenRequests
  readonly #spent = new Map<number, number>()
  /** The numbers of the tokens that the store has held, one after the other; `undefined` while it held none. */
  readonly past: (number | undefined)[] = []
  /** Of each entry of the past, whether it says that the session is over. */
  readonly #pastEnds: boolean[] = []
  readonly #stored = new Set<number>()
  /** The numbers of the tokens of logins, and who has logged in. */
  readonly #logins = new Map<number, number>()
  /** What was lost when the faults stopped. By the end everything is that was not stored in time. */
  #lost: ReadonlySet<TokenRequest> = new Set()
  #failures = 0
  /** The tokens that were refused to somebody for whom the store failed then, once for each time. */
  readonly #unwritten: number[] = []
  /** Tokens that somebody has put back after the grace, or over a login, a logout or the end, with how often: what comes of that is their own doing. */
  readonly #putBack = new Map<number, number>()
  /** Somebody wants the tokens to be of no more use. */
  #isReplaced = false
  /** Numbers that a call may put into the store whatever is there, by process. */
  readonly #puts = new Map<number, number[]>()
  violation: Violation | undefined

  constructor(time: Time, server: ModelServer, store: ModelStore, scenario: Scenario) {
    this.requests = new TokenRequests(time)
    this.#scenario = scenario
    this.#server = server
    this.#store = store
  }

  /** Begins with what the store holds. */
  begin(): void {
    this.#remember()
  }

  /** The request has reached the server and was processed. */
  arrived(request: TokenRequest): void {
    this.requests.arrived(request)
    const { spends } = request
    const count = (this.#spent.get(spends) ?? 0) + 1
    this.#spent.set(spends, count)
    const lost = this.requests.lostOf(spends)
    // Where the end could not be written, somebody has to find out again; by then it does no harm.
    const unwritten = this.#unwritten.filter((number) => number === spends).length
    this.#assert(
      count <= 1 + lost + unwritten + (this.#putBack.get(spends) ?? 0),
      'a refresh token is spent once, and once more for each answer that was lost',
      () => `r${spends} was spent ${count} times, with ${lost} answers lost`,
    )
  }

  /** The store has failed, and with it perhaps what a process was to write down: that the server has refused a token. */
  storeFailed(actor: number): void {
    this.#failures += 1
    this.#unwritten.push(...this.requests.refusedTo(actor))
  }

  revoked(actor: number, number: number): void {
    const stored = this.past.at(-1)
    if (stored === undefined) return
    const family = this.#server.familyOf(number)
    // A token that was put back, and could not be stored before the grace was over, is taken for another login.
    const isPutBack = (this.#puts.get(actor) ?? []).length > 0 && this.requests.isForgotten(stored)
    if (isPutBack) this.#isPutBack(stored)
    this.#assert(
      isPutBack || this.#isReplaced || this.#server.familyOf(stored) !== family || this.#server.isRevoked(family),
      'nobody revokes the tokens that are in the store',
      () => `a${stored} is in the store, and r${number} was revoked`,
    )
  }

  /** A call is about to put a token, of a login or one that was there before. */
  puts(call: CallUnderWay, number: number): void {
    const { actor } = call
    call.puts = number
    if (call.call === 'login') this.#logins.set(number, actor)
    this.#puts.set(actor, [...(this.#puts.get(actor) ?? []), number])
  }

  /** That call is over, and stands by it no more. */
  hasPut(actor: number, number: number): void {
    const numbers = this.#puts.get(actor) ?? []
    numbers.splice(numbers.indexOf(number), 1)
  }

  #isPutBack(number: number): void {
    this.#putBack.set(number, (this.#putBack.get(number) ?? 0) + 1)
  }

  /** A process has changed the store. */
  wrote(actor: number, record: TokenRecord | undefined): void {
    const before = this.past.at(-1)
    const number = record === undefined ? undefined : numberOf(record.token.access_token)
    if (number !== undefined) {
      const isPut = this.#isPut(actor, number)
      this.#assert(isPut || before !== undefined, 'a deleted session stays deleted', () => `p${actor} stored a${number} again`)
      this.#assert(
        isPut || this.#scenario.local || this.#pastEnds.at(-1) !== true || record?.ended !== undefined,
        'a session that has ended is over until somebody logs in',
        () => `p${actor} stored a${number} over the end of a${before}`,
      )
      if (isPut && (before === undefined || this.#pastEnds.at(-1) === true) && !this.#logins.has(number)) this.#isPutBack(number)
      if (!isPut || !this.#logins.has(number)) this.#assertNotOlder(number, isPut)
    }
    this.requests.stored(actor, number, record)
    this.#remember()
  }

  /** Tells whether a process is putting a token there, or one that it knows to have become of it. */
  #isPut(actor: number, number: number): boolean {
    const family = this.#server.familyOf(number)
    return (this.#puts.get(actor) ?? []).some((put) => put <= number && this.#server.familyOf(put) === family)
  }

  #assertNotOlder(number: number, isPut: boolean): void {
    const family = this.#server.familyOf(number)
    const before = this.past.at(-1) ?? number
    const later = [...this.#stored].filter((other) => other > number && this.#server.familyOf(other) === family)
    // A record knows the token before it, for a while; not the one before that.
    const isOver = this.#server.familyOf(before) !== family || later.length > 1 || later.some((other) => this.requests.isForgotten(other))
    if (isPut && isOver && !this.#putBack.has(number)) this.#isPutBack(number)
    if (!this.#putBack.has(number))
      this.#assert(
        later.length === 0 && this.#server.familyOf(before) === family,
        'no stored token is older than one that was stored before',
        () => `a${number} was stored after a${later[0] ?? before}`,
      )
  }

  /** A call has begun; it can have seen what is in the store now, what comes, and what answers tell that are on their way to its process. */
  called(actor: number, call: Call, unheard = Number.POSITIVE_INFINITY): CallUnderWay {
    this.#isReplaced ||= call === 'logout' || call === 'login'
    return { actor, call, since: Math.min(this.past.length - 1, unheard) }
  }

  /** A call has got a record, or none. */
  returned({ actor, call, since, puts }: CallUnderWay, record: TokenRecord | undefined, now: number): void {
    const number = record === undefined ? undefined : numberOf(record.token.access_token)
    this.#assert(
      this.past.indexOf(number, since) >= 0 || number === puts || (puts !== undefined && number !== undefined && this.#logins.has(number)),
      'a caller gets a token that was in the store during the call, or a typed error',
      () => `p${actor} ${call} got ${number === undefined ? 'nothing' : `a${number}`}`,
    )
    if (call === 'use' || call === 'renew')
      this.#assert(
        (record?.token.expires_at ?? Number.POSITIVE_INFINITY) > now || this.#putBack.has(number ?? -1),
        'a token is served only until it expires',
        () => `p${actor} ${call} got a${number}`,
      )
  }

  /** A call has ended with an error. */
  threw({ actor, call, since }: CallUnderWay, error: unknown): void {
    this.#assert(
      isOAuthError(error),
      'a caller gets a token that was in the store during the call, or a typed error',
      () => `p${actor} ${call} got ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
    const reason = isErrorOf(error, 'RefreshError') ? error.reason : undefined
    if (reason === 'invalid_grant' || reason === 'refresh_answer_lost')
      this.#assert(
        this.#wasOver(since) || this.#isUnwritten(since) || this.#putBack.size > 0,
        'a caller is told that a session is over only when it is',
        () => `p${actor} ${call} got ${reason}, and the store holds a${this.past.at(-1)}`,
      )
  }

  /** Tells whether the store said so at some time since, or held nothing. */
  #wasOver(since: number): boolean {
    return this.past.some((number, at) => at >= since && (number === undefined || this.#pastEnds[at] === true))
  }

  /** Tells whether it may be that the end of what the store has held since is known, and could not be written. */
  #isUnwritten(since: number): boolean {
    return this.past.slice(since).some((number) => number !== undefined && this.#unwritten.includes(number))
  }

  /** There are no more faults, and nothing is under way; time will pass. */
  calmed(): void {
    this.#lost = new Set(this.requests.all.filter(({ isLost }) => isLost))
  }

  /** All is over, faults too, and time has passed: what is left in the store, and what the last callers got. */
  ended(isAlive: (actor: number) => boolean): void {
    const { lenient = false, local = false } = this.#scenario
    const record = this.#store.record
    const number = record === undefined ? undefined : numberOf(record.token.access_token)
    const anyLost = this.requests.all.some(({ isLost }) => isLost)
    // Tokens were put back when they were of no use any more, or revoked for a logout that then failed.
    const isOwnDoing = this.#putBack.size > 0 || (this.#isReplaced && this.#failures > 0)
    if (record?.ended !== undefined) {
      // The journal is in the record where processes share it; alone, a process remembers what it can.
      const isSuspect = !local && this.requests.all.some(({ spends, isLost, isRefused }) => spends === number && isLost && !isRefused)
      this.#assert(
        isOwnDoing || (anyLost && !lenient && (!isSuspect || record.ended.reason === 'refresh_answer_lost')),
        'a session ends only when an answer was lost, and says so',
        () =>
          `${anyLost ? 'some' : 'no'} answer was lost${lenient ? ', with a lenient server' : ''}, and it ended with ${record.ended?.reason}`,
      )
    } else if (number !== undefined)
      this.#assert(
        anyLost || isOwnDoing || this.#server.isGood(number),
        'everyone makes progress',
        () => `the store holds r${number}, which is of no use`,
      )
    // A process that has its store for itself takes no lease, and may begin a renewal with what it read before a login or a logout.
    if (number === undefined) {
      if (!local || this.#failures === 0) this.#assertRevoked(isAlive)
    } else if (!local && this.#failures === 0) this.#assertReplacedRevoked(isAlive)
  }

  /** The session is no more: nothing that was issued for it is of any use, but to those who have crashed or came too late. */
  #assertRevoked(isAlive: (actor: number) => boolean): void {
    const last = this.#server.familyOf(this.past.findLast((number) => number !== undefined) ?? -1)
    for (const { brings, actor } of this.#kept(isAlive))
      this.#assert(
        this.#server.familyOf(brings) !== last || this.#server.isRevoked(last),
        'the new tokens of a deleted session are revoked',
        () => `r${brings}, which p${actor} has got, is as good as ever`,
      )
  }

  /**
   * Who logs in gives back what it was renewing then. Where another login came between, it cannot tell that from a renewal; nor can other
   * processes.
   */
  #assertReplacedRevoked(isAlive: (actor: number) => boolean): void {
    const familyAt = (at: number) => this.#server.familyOf(this.past[at] ?? -1)
    for (const { brings, actor } of this.#kept(isAlive)) {
      const family = this.#server.familyOf(brings)
      const login = this.past.find(
        (number, at) => this.#logins.get(number ?? -1) === actor && familyAt(at) !== family && familyAt(at - 1) === family,
      )
      this.#assert(
        login === undefined || this.#server.isRevoked(family),
        'what was renewed for a login that another has replaced is revoked',
        () => `p${actor} has put a${login} in the place of what it was renewing, and r${brings}, which it has got, is as good as ever`,
      )
    }
  }

  /** What processes have got and neither stored nor lost, and so have to give back. */
  #kept(isAlive: (actor: number) => boolean): { readonly brings: number; readonly actor: number }[] {
    return this.requests.all.flatMap((request) => {
      const { brings, actor, isAnswered, isSettled } = request
      return brings === undefined || isSettled || !isAnswered || this.#lost.has(request) || !isAlive(actor) ? [] : [{ brings, actor }]
    })
  }

  /** Somebody waits for ever, or gets nothing of a session that is well. */
  stuck(detail: string): void {
    this.#assert(false, 'everyone makes progress', () => detail)
  }

  #remember(): void {
    const { record } = this.#store
    const number = record === undefined ? undefined : numberOf(record.token.access_token)
    this.past.push(number)
    this.#pastEnds.push(record?.ended !== undefined)
    if (number !== undefined) this.#stored.add(number)
  }

  #assert(holds: boolean, invariant: Invariant, detail: () => string): void {
    if (!holds) this.violation ??= { invariant, detail: detail() }
  }
}
