import type { RouteRequest, Visit, WebRoutes } from '@oauth/core/routes'
import type { Delivery } from './delivery.js'

/** The visit of one request, and the way its cookies go. */
export class RequestVisit<Http> {
  readonly visit: Visit<Http>
  readonly request: RouteRequest
  readonly #delivery: Delivery

  private constructor(visit: Visit<Http>, request: RouteRequest, delivery: Delivery) {
    this.visit = visit
    this.request = request
    this.#delivery = delivery
  }

  /** Opens the visit of a request. @throws whatever opening a visit throws. */
  static async open<Http>(routes: WebRoutes<Http>, request: RouteRequest, delivery: Delivery): Promise<RequestVisit<Http>> {
    let visit: Visit<Http> | undefined
    const write = () => {
      if (visit !== undefined) delivery.write(visit)
    }
    const unkept = () => delivery.unkept(request)
    visit = await routes.open(request, { writable: () => delivery.isWritable(), changed: write, unkept })
    return new RequestVisit(visit, request, delivery)
  }

  /** Sets cookies that opening the visit has left. A page cannot; whatever comes next can. */
  deliver(): void {
    this.#delivery.write(this.visit)
  }

  /** Keeps cookies until the answer is made: meanwhile the session may have ended, or a new one have begun, whose cookie they would take the place of. */
  hold(): void {
    this.#delivery.hold(this.visit)
  }

  /** Tells whether a cookie that is set now would reach the browser. */
  async isWritable(): Promise<boolean> {
    return this.#delivery.isWritable()
  }

  /** Does what sets cookies. Tells whether all of them reach the browser. */
  async writing<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly isComplete: boolean }> {
    await this.#delivery.prepare()
    const result = await work()
    return { result, isComplete: this.#delivery.isComplete }
  }

  /** The answer is made: it gets the cookies that were kept for it, and nothing can be added to it. Tells whether Next would lose some without an answer. */
  close(): boolean {
    return this.#delivery.close()
  }
}
