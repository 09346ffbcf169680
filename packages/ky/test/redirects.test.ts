import { OAuth2Session } from '@oauth/ky'
import ky, { type KyInstance } from 'ky'
import { describe } from 'vitest'
import { describeRedirects } from '../../core/test/redirects.js'

describe('on ky', () => {
  describeRedirects({
    session: (options, fetch) => new OAuth2Session({ ...options, ...(fetch && { http: ky.create({ fetch }) }) }),
    call: (session) => (input, init) => (session.http as KyInstance)(input, { ...init, throwHttpErrors: false, retry: 0 }),
  })
})
