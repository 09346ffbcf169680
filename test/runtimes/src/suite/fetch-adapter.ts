import { type AuthorisedFetch, fetchClient, fetchTransport } from '@oauth/core/fetch'
import { OAuth2Session } from '@oauth/core/session'
import type { Adapter } from './session-cases.ts'
import type { Sender } from './transport-cases.ts'

/** The session of `@oauth/core`, bound to `fetch`. */
export const FETCH: Adapter<OAuth2Session<AuthorisedFetch>> & Sender = {
  name: 'core',
  transport: () => fetchTransport(),
  session: (options) => new OAuth2Session(options, fetchClient()),
  send: (session, url, init) => session.http(url, init),
}
