import { describe, expect, it } from 'vitest'
import { refusal } from '../../core/test/adapter-cases/session-options.js'
import { kyClient, kyTransport, OAuth2Session, randomToken } from '../src/index.js'

const GOOD = { server: {}, clientId: 'client' }

describe('a session on ky', () => {
  it.each([{}, 'ky', fetch, { extend: () => undefined }, null, { transport: () => undefined }])(
    'C14: http: %s, which is no ky instance, is refused',
    (http) => {
      expect(refusal(() => new OAuth2Session({ ...GOOD, http: http as never }))).toContain('no ky instance')
      for (const take of [kyClient, kyTransport]) expect(refusal(() => take(http as never))).toContain('ky.extend')
    },
  )

  it('S16: the package has what a login by hand needs', () => {
    expect(randomToken(48)).toHaveLength(64)
  })
})
