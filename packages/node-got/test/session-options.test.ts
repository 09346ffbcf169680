import { describe, expect, it } from 'vitest'
import { refusal } from '../../core/test/adapter-cases/session-options.js'
import { gotClient, gotTransport, OAuth2Session, publicHosts, randomToken } from '../src/index.js'

const GOOD = { server: {}, clientId: 'client' }

describe('a session on got', () => {
  it.each([{}, 'got', fetch, { transport: () => undefined }])('C14: http: %s, which is no got instance, is refused', (http) => {
    expect(refusal(() => new OAuth2Session({ ...GOOD, http: http as never }))).toContain('no got instance')
    for (const take of [gotClient, gotTransport, publicHosts]) expect(refusal(() => take(http as never))).toContain('got.extend')
  })

  it('S16: the package has what a login by hand needs', () => {
    expect(randomToken(48)).toHaveLength(64)
  })
})
