import { describe } from 'vitest'
import { describeRedirects } from '../../test/redirects.js'
import { type AuthorisedFetch, fetchClient } from '../fetch.js'
import { OAuth2Session } from '../session/oauth2-session.js'

describe('on fetch', () => {
  describeRedirects({
    session: (options, fetch) => new OAuth2Session(options, fetchClient(fetch)),
    call: (session) => (session as OAuth2Session<AuthorisedFetch>).http,
  })
})
