import type { RouteRequest, SetCookie, Visit, WebRoutes } from '@oauth/core/routes'
import { cookies } from 'next/headers.js'

/** What of Next's cookies is used. Setting one throws where cookies cannot be set. */
type CookieJar = Awaited<ReturnType<typeof cookies>>

/** Who sends the cookies of a visit: this library, with the answer that it makes; or Next, which has to be given them as they come. */
export type Sender = 'answer' | 'next'

/** The visit of one request, and the way its cookies go. */
export class RequestVisit<Http> {
  readonly visit: Visit<Http>
  readonly request: RouteRequest
  readonly #present: SetCookie | undefined
  readonly #sender: Sender
  #jar: CookieJar | undefined
  #isAnswered = false
  #isLost = false

  private constructor(visit: Visit<Http>, request: RouteRequest, { present, sender }: { present: SetCookie | undefined; sender: Sender }) {
    this.visit = visit
    this.request = request
    this.#present = present
    this.#sender = sender
  }

  /** Opens the visit of a request. @throws whatever opening a visit throws. */
  static async open<Http>(routes: WebRoutes<Http>, request: RouteRequest, sender: Sender): Promise<RequestVisit<Http>> {
    const present = routes.sessionCookie(request)
    let made: RequestVisit<Http> | undefined
    let attempted: CookieJar | undefined
    const visit = await routes.open(request, {
      writable: async () => {
        if (made !== undefined) return made.isWritable()
        if (sender === 'answer') return true
        attempted = await writableJar(present)
        return attempted !== undefined
      },
      changed: () => made?.write(),
    })
    made = new RequestVisit(visit, request, { present, sender })
    made.#jar = attempted
    if (sender === 'next') await made.#writeFirst()
    return made
  }

  /** Tells whether a cookie that is set now would reach the browser. To find out, Next's is set to what it is. */
  async isWritable(): Promise<boolean> {
    if (this.#sender === 'answer') return !this.#isAnswered
    this.#jar = this.#isAnswered ? undefined : await writableJar(this.#present)
    return this.#jar !== undefined
  }

  /** Gives Next what waits to be set. What cannot be set any more is given up: this process remembers the session that is in it. */
  write(): void {
    if (this.#sender === 'answer') return
    try {
      for (const cookie of this.visit.takeCookies()) this.#set(cookie)
    } catch {
      this.#isLost = true
    }
  }

  /** Takes Next's cookies for what is about to be written. Tells afterwards whether it could be. */
  async written<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly isLost: boolean }> {
    this.#isLost = false
    if (this.#sender === 'next') this.#jar = await cookies()
    const result = await work()
    return { result, isLost: this.#isLost }
  }

  /** The answer is made: nothing can be added to it. */
  close(): void {
    this.#isAnswered = true
  }

  /** What opening has left, such as cookies that are worth nothing. */
  async #writeFirst(): Promise<void> {
    const waiting = this.visit.takeCookies()
    if (waiting.length === 0) return
    this.#jar ??= await cookies()
    try {
      for (const cookie of waiting) this.#set(cookie)
    } catch {
      // A page cannot set them. Whatever comes next can.
    }
  }

  #set({ name, value, maxAge, secure, sameSite }: SetCookie): void {
    if (this.#jar === undefined) throw new TypeError('Next was not asked for its cookies.')
    this.#jar.set({ name, value, maxAge, secure, httpOnly: true, path: '/', sameSite: sameSite === 'None' ? 'none' : 'lax' })
  }
}

/** Next's cookies where they can be set. Only an attempt tells, so the session's own is set to what it is now. */
async function writableJar(present: SetCookie | undefined): Promise<CookieJar | undefined> {
  const jar = await cookies()
  if (present === undefined) return jar
  const { name, value, maxAge, secure } = present
  try {
    jar.set({ name, value: jar.get(name)?.value ?? value, maxAge, secure, httpOnly: true, path: '/', sameSite: 'lax' })
    return jar
  } catch {
    return undefined
  }
}
