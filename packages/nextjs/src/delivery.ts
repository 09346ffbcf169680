import type { Maybe } from '@oauth/core/adapter'
import type { RouteRequest, SetCookie, Visit } from '@oauth/core/routes'
import { cookies } from 'next/headers.js'
import { nextCookie } from './next-cookie.js'
import { whyUnkept } from './unkept.js'

/** What of Next's cookies is used. Setting one throws where cookies cannot be set. */
export type CookieJar = Awaited<ReturnType<typeof cookies>>

/** A visit whose cookies wait to be set. */
export type Waiting = Pick<Visit<never>, 'takeCookies'>

/** How the cookies of a visit get to the browser. */
export interface Delivery {
  /** Whether all cookies since `prepare` are on their way. */
  readonly isComplete: boolean
  /** Tells whether a cookie that is set now would reach the browser. */
  isWritable(): Maybe<boolean>
  /** Says why a new token could not be kept, where more is known of that than that it is too late. */
  unkept(request: RouteRequest): string | undefined
  /** Asked before work that sets cookies. */
  prepare(): Promise<void>
  /** Cookies of the visit wait to be set. */
  write(visit: Waiting): void
  /** Keeps what waits until the answer is made. May be asked again meanwhile: the last who closes does. */
  hold(visit: Waiting): void
  /** The answer is made: nothing can be added to it. Tells whether there are cookies that Next has to be given an answer for. */
  close(): boolean
}

/** Cookies that wait for an answer which this library makes. */
export class AnswerDelivery implements Delivery {
  readonly isComplete = true
  #isClosed = false

  isWritable(): boolean {
    return !this.#isClosed
  }

  unkept(): undefined {}

  async prepare(): Promise<void> {}

  write(): void {}

  hold(): void {}

  close(): boolean {
    this.#isClosed = true
    return false
  }
}

/** Cookies that Next sends, and has to be given as they come: it tells of no moment at which an answer is about to be sent. */
export class NextDelivery implements Delivery {
  #jar: CookieJar
  #isClosed = false
  #isComplete = true
  #hasSet = false
  #held: Waiting | undefined
  #holders = 0

  constructor(jar: CookieJar) {
    this.#jar = jar
  }

  get isComplete(): boolean {
    return this.#isComplete
  }

  async isWritable(): Promise<boolean> {
    if (this.#isClosed) return false
    try {
      // Asked anew: an action may have become the page after it, which has others.
      this.#jar = await cookies()
    } catch {
      // In `after()` of a page Next has none to give.
      return false
    }
    return takesCookies(this.#jar)
  }

  unkept(request: RouteRequest): string | undefined {
    return this.#isClosed ? undefined : whyUnkept(request)
  }

  async prepare(): Promise<void> {
    this.#jar = await cookies()
    this.#isComplete = true
  }

  /** What cannot be set is given up: this process remembers the session that is in it. */
  write(visit: Waiting): void {
    if (this.#holders === 0 && !this.#set(visit.takeCookies())) this.#isComplete = false
  }

  hold(visit: Waiting): void {
    this.#held = visit
    this.#holders++
  }

  close(): boolean {
    this.#holders--
    if (this.#holders > 0 || this.#held === undefined) return false
    this.write(this.#held)
    this.#isClosed = true
    return this.#hasSet
  }

  #set(waiting: readonly SetCookie[]): boolean {
    try {
      for (const cookie of waiting) {
        this.#jar.set(nextCookie(cookie))
        this.#hasSet = true
      }
      return true
    } catch {
      return false
    }
  }
}

/** What an attempt to set a cookie fails by when Next goes on to look at the cookie. */
const LOOKED_AT = new Error('This cookie is not to be set.')

/**
 * Only an attempt tells, and it may leave no cookie in the answer: the session's own, set to what it is, would take the place of one that another answer
 * has set or cleared meanwhile.
 */
function takesCookies(jar: CookieJar): boolean {
  const cookie = {
    value: '',
    get name(): string {
      throw LOOKED_AT
    },
  }
  try {
    jar.set(cookie)
    return true
  } catch (error) {
    return error === LOOKED_AT
  }
}
