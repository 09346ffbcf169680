import { isOAuthError } from '@oauth/core'
import got from 'got'
import { describe, expect, it } from 'vitest'
import { AssertionSession, gotClient, gotTransport, OAuth2Session, publicHosts, randomToken } from '../src/index.js'

const GOOD = { server: {}, clientId: 'client' }

function refusal(attempt: () => unknown): unknown {
  try {
    return attempt()
  } catch (error) {
    return isOAuthError(error) ? error.message : error
  }
}

describe('a session on got', () => {
  it.each([{}, 'got', fetch, { transport: () => undefined }])('C14: http: %s, which is no got instance, is refused', (http) => {
    expect(refusal(() => new OAuth2Session({ ...GOOD, http: http as never }))).toContain('no got instance')
    for (const take of [gotClient, gotTransport, publicHosts]) expect(refusal(() => take(http as never))).toContain('got.extend')
  })

  it.each([undefined, null, 'client', ['client']])('S1: options that are %j are refused, not stumbled over', (options) => {
    expect(refusal(() => new OAuth2Session(options as never))).toMatch(/^OAuth2Session: an options object is needed.*clientId/)
    expect(refusal(() => new AssertionSession(options as never))).toMatch(/^AssertionSession: an options object is needed.*issuer/)
  })

  it('S5: an unknown option is refused with the names of all, `http` too', () => {
    expect(refusal(() => new OAuth2Session({ ...GOOD, htp: got } as never))).toMatch(/no option "htp".*clientId, .*\bhttp, /)
  })

  it('takes got itself and what it extends to', () => {
    for (const http of [undefined, got, got.extend({ prefixUrl: 'https://api.example' })]) {
      expect(new OAuth2Session({ ...GOOD, http })).toBeInstanceOf(OAuth2Session)
    }
  })

  it('S16: the package has what a login by hand needs', () => {
    expect(randomToken(48)).toHaveLength(64)
  })
})
