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

/** @throws {@link UsageError} for what is no HTTP client: nothing at all, or an instance of got or `fetch` itself. */
export function assertHttpClient(client: unknown): asserts client is HttpClient<unknown> {
  const { transport, authorised } = (client ?? {}) as Record<string, unknown>
  if (typeof transport !== 'function' || typeof authorised !== 'function') {
    throw new UsageError(
      'OAuth2Session: the second argument must be an HTTP client, and it has no "transport" and "authorised" functions. Give fetchClient() of @oauth/core/fetch or gotClient() of @oauth/node-got, or use the OAuth2Session of an adapter, which has one.',
    )
  }
}
