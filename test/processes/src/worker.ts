import type { TokenInput, TokenRecord, TokenStore } from '@oauth/core/session'
import { OAuth2Session as KySession } from '@oauth/ky'
import { OAuth2Session as GotSession } from '@oauth/node-got'
import got from 'got'
import ky from 'ky'
import { type Engine, openStore } from './engine.js'

/** What a worker is told in its first argument. */
export interface WorkerOptions {
  readonly engine: Engine
  readonly key: string
  readonly origin: string
  readonly client: 'got' | 'ky'
  /** Sends itself a signal, once: after it has taken the lease, or before it stores the new token. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly at: 'leased' | 'answered' } | undefined
}

/** What came of a number of calls: how often each status, or each kind of error. */
export type Outcomes = Readonly<Record<string, number>>

const options = JSON.parse(process.argv[2] ?? '') as WorkerOptions
const signal = { ...options.signal }
const store = signalling(await openStore<TokenRecord>(options.engine))
const { origin, key } = options
const shared = {
  clientId: 'client',
  clientSecret: 'secret-of-the-test',
  server: { issuer: origin, token_endpoint: `${origin}/token` },
  store,
  key,
}

process.on('message', async (message: number | TokenInput) => {
  if (typeof message !== 'number') {
    await new GotSession(shared).setToken(message)
    process.send?.('stored')
    return
  }
  const outcomes: Record<string, number> = {}
  await Promise.all(
    Array.from({ length: message }, async () => {
      const outcome = await call().catch(named)
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }),
  )
  process.send?.(outcomes)
})
process.on('disconnect', () => process.exit())
process.send?.('ready')

/** The status of one call to the API, through a session of its own, as a server has for each of its requests. */
async function call(): Promise<string> {
  if (options.client === 'got') {
    const session = new GotSession({ ...shared, http: got.extend({ retry: { limit: 0 }, throwHttpErrors: false }) })
    return String((await session.http.get(`${origin}/me`)).statusCode)
  }
  const session = new KySession({ ...shared, http: ky.extend({ retry: 0, timeout: 60_000, throwHttpErrors: false }) })
  return String((await session.http.get(`${origin}/me`)).status)
}

/** The error's name, with the reason it gives; what wraps it is the client's. */
function named(error: unknown): string {
  const { name, message, reason, terminal, cause } = error as Error & { reason?: string; terminal?: boolean }
  if (name === 'RequestError' && cause !== undefined) return named(cause)
  if (name === 'Error') return message
  return [name, ...(terminal === undefined ? [] : [terminal ? 'terminal' : 'transient']), ...(reason === undefined ? [] : [reason])].join(
    ' ',
  )
}

function signalling(inner: TokenStore): TokenStore {
  return {
    ...inner,
    async compareAndSet(name, expected, value, ttl) {
      const { name: wanted, at } = signal
      if (at === 'answered' && value.generation > 0) send(wanted)
      const receipt = await inner.compareAndSet(name, expected, value, ttl)
      if (at === 'leased' && value.lease !== undefined && receipt !== undefined) send(wanted)
      return receipt
    },
  }
}

function send(name: NodeJS.Signals | undefined): void {
  if (name === undefined) return
  delete signal.name
  process.kill(process.pid, name)
}
