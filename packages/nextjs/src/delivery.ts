import type { Maybe } from '@oauth/core/adapter'
import type { SetCookie, Visit } from '@oauth/core/routes'
import { cookies } from 'next/headers.js'
import { nextCookie } from './next-cookie.js'

/** What of Next's cookies is used. Setting one throws where cookies cannot be set. */
export type CookieJar = Awaited<ReturnType<typeof cookies>>

/** How the cookies of a visit get to the browser. */
export interface Delivery {
  /** Whether all cookies since `prepare` are on their way. */
  readonly isComplete: boolean
  /** Tells whether a cookie that is set now would reach the browser. */
  isWritable(): Maybe<boolean>
  /** Asked before work that sets cookies. */
  prepare(): Promise<void>
  /** Cookies of the visit wait to be set. */
  write(visit: Pick<Visit<never>, 'takeCookies'>): void
  /** The answer is made: nothing can be added to it. */
  close(): void
}

/** Cookies that wait for an answer which this library makes. */
export class AnswerDelivery implements Delivery {
  readonly isComplete = true
  #isClosed = false

  isWritable(): boolean {
    return !this.#isClosed
  }

  async prepare(): Promise<void> {}

  write(): void {}

  close(): void {
    this.#isClosed = true
  }
}

/** Cookies that Next sends, and has to be given as they come: it tells of no moment at which an answer is about to be sent. */
export class NextDelivery implements Delivery {
  readonly #present: SetCookie | undefined
  #jar: CookieJar
  #isClosed = false
  #isComplete = true

  /** `present` is the session's cookie as the request has it. */
  constructor(jar: CookieJar, present: SetCookie | undefined) {
    this.#jar = jar
    this.#present = present
  }

  get isComplete(): boolean {
    return this.#isComplete
  }

  /** Only an attempt tells, so the session's cookie is set to what it is now. */
  async isWritable(): Promise<boolean> {
    if (this.#isClosed) return false
    // Asked anew: an action may have become the page after it, which has others.
    this.#jar = await cookies()
    if (this.#present === undefined) return true
    const { name, value } = this.#present
    return this.#set([{ ...this.#present, value: this.#jar.get(name)?.value ?? value }])
  }

  async prepare(): Promise<void> {
    this.#jar = await cookies()
    this.#isComplete = true
  }

  /** What cannot be set is given up: this process remembers the session that is in it. */
  write(visit: Pick<Visit<never>, 'takeCookies'>): void {
    if (!this.#set(visit.takeCookies())) this.#isComplete = false
  }

  close(): void {
    this.#isClosed = true
  }

  #set(waiting: readonly SetCookie[]): boolean {
    try {
      for (const cookie of waiting) this.#jar.set(nextCookie(cookie))
      return true
    } catch {
      return false
    }
  }
}
