import { memoryStore, type Store, type StoreEntry } from '@oauth/core/session'
import { type Listening, listen } from '@oauth-test/provider'
import type { StoreCall } from './remote-store.ts'

/** What goes wrong with a call: it is refused, it is done and the answer is lost, or it reads what was there before the last write. */
export type StoreFault = 'refused' | 'lost' | 'stale'

/** A store for an application in another process, which the test can break. */
export interface StoreServer extends Pick<Listening, 'url' | 'close'> {
  /** Asked about each call. */
  fault: (call: StoreCall) => StoreFault | undefined
  /** Seconds that its clock is ahead. */
  ahead: number
  /** Every call that came in. */
  readonly calls: readonly StoreCall[]
  /** What is in it, for the test. */
  readonly contents: Store<unknown>
  /** Keys of what is in it. */
  keys(): Promise<readonly string[]>
}

/** Starts a store that outlives the application's process. */
export async function startStore(): Promise<StoreServer> {
  const calls: StoreCall[] = []
  const before = new Map<string, StoreEntry<unknown> | undefined>()
  const store = memoryStore<unknown>({ now: () => Date.now() / 1000 + self.ahead })

  async function answer(call: StoreCall): Promise<unknown> {
    if (call.operation === 'get') return await store.get(call.key)
    before.set(call.key, await store.get(call.key))
    if (call.operation === 'delete') return await store.delete(call.key, call.expected)
    return await store.compareAndSet(call.key, call.expected, call.value, { ttl: call.ttl })
  }

  const server = await listen(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const call = JSON.parse(body) as StoreCall
    calls.push(call)
    const fault = self.fault(call)
    if (fault === 'refused') return response.writeHead(503).end()
    const result = fault === 'stale' && call.operation === 'get' ? before.get(call.key) : await answer(call)
    if (fault === 'lost') return response.writeHead(503).end()
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ result }))
  })
  const self: StoreServer = {
    url: server.url,
    close: server.close,
    fault: () => undefined,
    ahead: 0,
    calls,
    contents: store,
    async keys() {
      const found = await Promise.all([...before.keys()].map(async (key) => ((await store.get(key)) === undefined ? [] : [key])))
      return found.flat()
    },
  }
  return self
}
