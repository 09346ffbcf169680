import { type Explanation, explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import type { Transport } from '../flow/run.js'
import type { ResourceAuthoriser } from './resource-authoriser.js'

/** An HTTP client as the sessions see it: a way to send our own requests, and a way to authorise the application's. */
export interface HttpClient<Http> {
  readonly transport: Transport
  /** The address that relative URLs are resolved against, where the client has one. Tokens then stay at its origin. */
  readonly baseUrl?: string | undefined
  /** The same client, with every request authorised. */
  authorised(authoriser: ResourceAuthoriser): Http
}

/**
 * @param where what the client was given as, for the message
 * @throws {@link UsageError} for what is no HTTP client: nothing at all, or an instance of got or `fetch` itself, which would fail at the first request.
 */
export function assertHttpClient(client: unknown, where: Explanation): asserts client is HttpClient<unknown> {
  const { transport, authorised } = (client ?? {}) as Record<string, unknown>
  if (typeof transport === 'function' && typeof authorised === 'function') return
  throw new UsageError(
    explain &&
      `${where} (${client === null ? 'null' : typeof client}) lacks the functions "transport" and "authorised". Wrap the client that requests are to be sent with: gotClient(got) of @oauth/node-got, kyClient(ky) of @oauth/ky, or fetchClient() of @oauth/core/fetch.`,
  )
}
