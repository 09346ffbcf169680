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
