import { workAsyncStorage } from 'next/dist/server/app-render/work-async-storage.external.js'
import { workUnitAsyncStorage } from 'next/dist/server/app-render/work-unit-async-storage.external.js'
import { createRequestStoreForAPI } from 'next/dist/server/async-storage/request-store.js'

/** One request, as Next hands it to what an application has in a route handler, an action or a page. */
export interface ServedRequest {
  /** Does what asks Next for its headers and cookies. */
  within<T>(work: () => Promise<T>): Promise<T>
  /** A page is rendered from here on, where cookies cannot be set; or it was, and what it has left for `after()` is run. */
  become(phase: 'render' | 'after'): void
  /** `Set-Cookie` headers of the answer, as they are by now. */
  readonly setCookies: readonly string[]
}

/** A request with these headers, in a route handler. A test that uses it imports `next/dist/server/node-environment-baseline.js` first. */
export function nextRequest(headers: Readonly<Record<string, string>>): ServedRequest {
  type Parameters = globalThis.Parameters<typeof createRequestStoreForAPI>
  let setCookies: readonly string[] = []
  const request = { headers: new Headers(headers) } as Parameters[0]
  const keep = (cookies: string[]) => {
    setCookies = cookies
  }
  const url = new URL('http://next.internal/') as unknown as Parameters[1]
  const store = createRequestStoreForAPI(request, url, [] as never, keep, undefined, undefined)
  return {
    within: (work) => workAsyncStorage.run({ route: '/' } as never, () => workUnitAsyncStorage.run(store, work)),
    become: (phase) => void Object.assign(store, { phase }),
    get setCookies() {
      return setCookies
    },
  }
}
