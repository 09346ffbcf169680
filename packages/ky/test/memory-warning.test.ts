import { memoryStore } from '@oauth/core/session'
import { OAuth2Session, type OAuth2SessionOptions } from '@oauth/ky'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'

const WARNED = Symbol.for('@oauth/session memory warning 1')
const WARNING = [expect.stringMatching(/^Tokens are in a store.*redisStore/), { type: 'OAuthWarning', code: 'OAUTH_MEMORY_STORE' }]

let warned: MockInstance<typeof process.emitWarning>
beforeEach(() => {
  Reflect.deleteProperty(globalThis, WARNED)
  warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  vi.stubEnv('NODE_ENV', 'production')
})
afterEach(() => {
  warned.mockRestore()
  vi.unstubAllEnvs()
})

function open(more: Partial<OAuth2SessionOptions>): OAuth2Session {
  return new OAuth2Session({ issuer: 'https://as.example', clientId: 'app', clientSecret: 'secret', ...more })
}

describe('tokens of a person in the memory of one process', () => {
  it('are warned of in production, once, with a code', () => {
    open({ store: memoryStore(), key: 'alice' })
    open({ store: memoryStore(), key: 'bob' })
    expect(warned.mock.calls).toEqual([WARNING])
  })

  it.each([
    ['without a process', undefined],
    [
      'whose functions throw',
      {
        env: { NODE_ENV: 'production' },
        emitWarning: () => {
          throw new Error('edge')
        },
      },
    ],
  ])('are not where there are no warnings: a runtime %s', (_what, process) => {
    vi.stubGlobal('process', process)
    expect(() => open({ store: memoryStore(), key: 'alice' })).not.toThrow()
    vi.unstubAllGlobals()
    expect(warned).not.toHaveBeenCalled()
  })

  it('are not elsewhere; nor are those of a machine, a single session’s, and stores that others can reach', () => {
    const { local: _own, ...remote } = memoryStore()
    open({ store: memoryStore() })
    open({})
    open({ store: remote, key: 'alice' })
    vi.stubEnv('NODE_ENV', 'test')
    open({ store: memoryStore(), key: 'alice' })
    expect(warned).not.toHaveBeenCalled()
  })
})
