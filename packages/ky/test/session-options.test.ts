import { isOAuthError } from '@oauth/core'
import ky from 'ky'
import { describe, expect, it } from 'vitest'
import { AssertionSession, kyClient, kyTransport, OAuth2Session, randomToken } from '../src/index.js'

const GOOD = { server: {}, clientId: 'client' }

function refusal(attempt: () => unknown): unknown {
  try {
    return attempt()
  } catch (error) {
    return isOAuthError(error) ? error.message : error
  }
}

describe('a session on ky', () => {
  it.each([{}, 'ky', fetch, { extend: () => undefined }, null, { transport: () => undefined }])(
    'C14: http: %s, which is no ky instance, is refused',
    (http) => {
      expect(refusal(() => new OAuth2Session({ ...GOOD, http: http as never }))).toContain('no ky instance')
      for (const take of [kyClient, kyTransport]) expect(refusal(() => take(http as never))).toContain('ky.extend')
    },
  )

  it.each([undefined, null, 'client', ['client']])('S1: options that are %j are refused, not stumbled over', (options) => {
    expect(refusal(() => new OAuth2Session(options as never))).toMatch(/^OAuth2Session: an options object is needed.*clientId/)
    expect(refusal(() => new AssertionSession(options as never))).toMatch(/^AssertionSession: an options object is needed.*issuer/)
  })

  it('S5: an unknown option is refused with the names of all, `http` too', () => {
    expect(refusal(() => new OAuth2Session({ ...GOOD, htp: ky } as never))).toMatch(/no option "htp".*clientId, .*\bhttp, /)
  })

  it('takes ky itself and what it extends to', () => {
    for (const http of [undefined, ky, ky.create(), ky.extend({ prefix: 'https://api.example' })]) {
      expect(new OAuth2Session({ ...GOOD, http })).toBeInstanceOf(OAuth2Session)
    }
  })

  it('S16: the package has what a login by hand needs', () => {
    expect(randomToken(48)).toHaveLength(64)
  })
})
