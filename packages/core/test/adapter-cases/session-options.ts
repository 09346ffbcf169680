import { expect, it } from 'vitest'
import { isOAuthError } from '../../src/error/any-oauth-error.js'
import type { Adapter, AnyHttp } from './adapter.js'

const GOOD = { server: {}, clientId: 'client' }

export function sessionOptionsCases<Http extends AnyHttp>({ OAuth2Session, AssertionSession, client, instance }: Adapter<Http>): void {
  it.each([undefined, null, 'client', ['client']])('S1, B1: options that are %j are refused, not stumbled over', (options) => {
    expect(refusal(() => new OAuth2Session(options as never))).toMatch(/^OAuth2Session: an options object is needed.*clientId/)
    expect(refusal(() => new AssertionSession(options as never))).toMatch(/^AssertionSession: an options object is needed.*issuer/)
  })

  it('S5: an unknown option is refused with the names of all, `http` too', () => {
    expect(refusal(() => new OAuth2Session({ ...GOOD, htp: 1 } as never))).toMatch(/no option "htp".*clientId, .*\bhttp, /)
  })

  it('`http` is the client, an instance of it, or left out', () => {
    for (const http of [undefined, client, instance(), instance({ base: 'https://api.example' })]) {
      expect(new OAuth2Session({ ...GOOD, http })).toBeInstanceOf(OAuth2Session)
    }
  })
}

/** The message of an error of this library; another one as it is. */
export function refusal(attempt: () => unknown): unknown {
  try {
    return attempt()
  } catch (error) {
    return isOAuthError(error) ? error.message : error
  }
}
