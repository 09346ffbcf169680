import { kyTransport, OAuth2Session } from '@oauth/ky'
import type { Adapter } from './session-cases.ts'
import type { Sender } from './transport-cases.ts'

/** The session of `@oauth/ky`, and ky as a transport. */
export const KY: Adapter<OAuth2Session> & Sender = {
  name: 'ky',
  transport: () => kyTransport(),
  session: (options) => new OAuth2Session(options),
  send: (session, url, init) => session.http(url, { ...init, throwHttpErrors: false }),
}
