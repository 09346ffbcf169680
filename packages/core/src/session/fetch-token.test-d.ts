import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import type { FetchTokenOptions } from './fetch-token.js'
import type { OAuth2Session } from './oauth2-session.js'

declare const session: OAuth2Session<unknown>
declare const transaction: AuthorizationTransaction
declare const options: FetchTokenOptions
declare const grantType: string

const authorizationResponse = 'https://app.example/callback?code=c&state=s'

/** What makes a grant. */
export const right: readonly Promise<unknown>[] = [
  session.fetchToken(),
  session.fetchToken({ scope: ['a', 'b'] }),
  session.fetchToken({ authorizationResponse, transaction }),
  session.fetchToken({ grantType: 'authorization_code', authorizationResponse, state: 's', codeVerifier: 'v' }),
  session.fetchToken({ username: 'u', password: 'p' }),
  session.fetchToken({ grantType: 'password', username: 'u', password: 'p' }),
  session.fetchToken({ grantType: 'client_credentials', scope: 'a' }),
  session.fetchToken({ grantType: 'urn:x', parameters: { assertion: 'a' } }),
  // What was put together elsewhere is not known more closely.
  session.fetchToken({ grantType }),
  session.fetchToken(options),
]

// @ts-expect-error the password is missing
session.fetchToken({ grantType: 'password', username: 'u' })

// @ts-expect-error the user name is missing
session.fetchToken({ grantType: 'password', password: 'p' })

// @ts-expect-error a user name alone is not the client's own access
session.fetchToken({ username: 'u' })

// @ts-expect-error the answer of the login is missing
session.fetchToken({ grantType: 'authorization_code' })

// @ts-expect-error a code is not the whole answer
session.fetchToken({ code: 'c' })

// @ts-expect-error a wire name is no option
session.fetchToken({ grant_type: 'client_credentials' })

// @ts-expect-error what a grant of another kind needs are parameters
session.fetchToken({ grantType: 'urn:x', assertion: 'a' })
