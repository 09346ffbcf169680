import { type AuthorisedFetch, fetchClient } from '@oauth/core/fetch'
import { OAuth2Session } from '@oauth/core/session'
import type { Adapter } from './session-cases.ts'

/** The session of `@oauth/core`, bound to `fetch`. */
export const FETCH: Adapter<OAuth2Session<AuthorisedFetch>> = {
  name: 'core',
  session: (options) => new OAuth2Session(options, fetchClient()),
  send: (session, url, init) => session.http(url, init),
}
