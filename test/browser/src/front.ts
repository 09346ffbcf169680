import type { IncomingMessage } from 'node:http'
import type { Certificate } from '@oauth-test/web/certificate'
import { startReverseProxy } from '@oauth-test/web/reverse-proxy'

/** A request as it passed. No query, no body, no cookie: nothing here can be a secret. */
export interface Passed {
  readonly method: string
  readonly path: string
  /** `Sec-Purpose`: `prefetch`, or `prefetch;prerender`. */
  readonly purpose: string | undefined
  readonly status: number
}

/** The reverse proxy in front of an application, which can tell what passed, and hold it up. */
export interface Front {
  readonly url: string
  readonly passed: readonly Passed[]
  /** Keeps back the next answer to a path: `answered` when the application has given it, for the browser to have after `release()`. */
  hold(path: string): { readonly answered: Promise<Passed>; release(): void }
  close(): Promise<void>
}

/** Options of {@link startFront}. */
export interface FrontOptions {
  /** Where the application is; undefined until it has started. */
  readonly target: () => string | undefined
  /** Path that is taken away; empty when the application takes it itself. */
  readonly stripped: string
  readonly certificate?: Certificate | undefined
}

/** Starts a reverse proxy on a port of the system's choice. */
export async function startFront({ target, stripped, certificate }: FrontOptions): Promise<Front> {
  const passed: Passed[] = []
  const held = new Map<string, { answered(passed: Passed): void; released: Promise<void> }>()

  async function answering({ method = '', url = '', headers }: IncomingMessage, status: number): Promise<void> {
    const [path = ''] = url.split('?', 1)
    const purpose = headers['sec-purpose']
    const one: Passed = { method, path, purpose: purpose?.toString(), status }
    passed.push(one)
    const hold = held.get(path)
    held.delete(path)
    hold?.answered(one)
    await hold?.released
  }

  function hold(path: string): ReturnType<Front['hold']> {
    const { promise: answered, resolve } = Promise.withResolvers<Passed>()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    held.set(path, { answered: resolve, released })
    return { answered, release }
  }

  const proxy = await startReverseProxy({ target, basePath: stripped, certificate, answering })
  return { url: proxy.url, passed, hold, close: () => proxy.close() }
}
