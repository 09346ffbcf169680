import type { Client } from '../client-authentication/client.js'
import { invalidClientHint } from '../client-authentication/invalid-client-hint.js'
import type { Maybe } from '../environment.js'
import type { Form } from '../http/form.js'
import { formGet } from '../http/form.js'
import type { HttpResponse } from '../http/http-response.js'
import { type ClientRequestOptions, tokenRequest } from '../message/token-request.js'
import { tokenResponse } from '../message/token-response.js'
import type { TokenSet } from '../message/token-set.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'

/** Changes an answer before it is read. */
export type ResponseHook = (response: HttpResponse) => Maybe<HttpResponse>

/** Options of every grant. */
export interface GrantOptions extends ClientRequestOptions {
  readonly responseHook?: ResponseHook | undefined
}

/**
 * Sends one token request and reads its answer: any grant, by its parameters. Never sent twice, whatever happens to the answer.
 *
 * @see RFC 6749 §4 https://www.rfc-editor.org/rfc/rfc6749#section-4
 */
export async function* tokenGrant(
  server: ServerMetadata,
  client: Client,
  { grant, ...options }: GrantOptions & { readonly grant: Form },
): Flow<TokenSet> {
  const { environment, responseHook } = options
  const now = environment.now()
  const request = await tokenRequest(server, client, grant, options)
  const answer = yield request
  const response = responseHook === undefined ? answer : await responseHook(answer)
  return tokenResponse(response, {
    request,
    now,
    scope: formGet(grant, 'scope'),
    quirks: client.quirks,
    environment,
    invalidClientHint: invalidClientHint?.(client, server, options),
  })
}
