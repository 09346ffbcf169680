import { describe, expect, it, vi } from 'vitest'
import { operatorWarnings } from '../../test/operator-warnings.js'
import { memoryStore } from './memory-store.js'
import { warnOfSessionsInMemory, warnOfTokensInMemory } from './memory-warning.js'
import type { TokenStore } from './token-record.js'

const { local: _own, ...REMOTE } = memoryStore<never>()

const KINDS: readonly (readonly [what: string, warn: (store: TokenStore | undefined) => void, text: RegExp])[] = [
  ['tokens of a person', (store) => warnOfTokensInMemory({ store, key: 'alice' }), /^Tokens are in a store/],
  ['sessions', (store) => warnOfSessionsInMemory(store), /^Sessions are in a store/],
]

describe.each(KINDS)('%s in the memory of one process', (_what, warn, text) => {
  it('are warned of in production, once, with a code', () => {
    const warned = operatorWarnings()
    warn(memoryStore())
    warn(memoryStore())
    expect(warned).toEqual([[expect.stringMatching(text), { type: 'OAuthWarning', code: 'OAUTH_MEMORY_STORE' }]])
    expect(warned[0]?.[0]).toContain('redisStore(client)')
  })

  it('are warned of once by all copies of the library in a process', async () => {
    const warned = operatorWarnings()
    warn(memoryStore())
    vi.resetModules()
    const copy = await import('./memory-warning.js')
    expect(copy.warnOfSessionsInMemory).not.toBe(warnOfSessionsInMemory)
    copy.warnOfTokensInMemory({ store: memoryStore(), key: 'alice' })
    copy.warnOfSessionsInMemory(memoryStore())
    expect(warned).toHaveLength(2)
  })

  it('are not elsewhere; nor is what others can reach, and what is in no store', () => {
    const warned = operatorWarnings()
    warn(REMOTE)
    warn(undefined)
    vi.stubEnv('NODE_ENV', 'test')
    warn(memoryStore())
    expect(warned).toEqual([])
  })

  it.each([
    ['without a process', undefined],
    ['whose process has no warnings', { env: { NODE_ENV: 'production' } }],
    [
      'whose functions throw',
      {
        env: { NODE_ENV: 'production' },
        emitWarning: () => {
          throw new Error('edge')
        },
      },
    ],
  ])('stop nothing in a runtime %s', (_runtime, process) => {
    const warned = operatorWarnings()
    vi.stubGlobal('process', process)
    try {
      expect(() => warn(memoryStore())).not.toThrow()
    } finally {
      vi.unstubAllGlobals()
    }
    expect(warned).toEqual([])
  })
})

it('a machine’s token in memory is not warned of: it gets another', () => {
  const warned = operatorWarnings()
  warnOfTokensInMemory({ store: memoryStore() })
  warnOfTokensInMemory({ key: 'alice' })
  expect(warned).toEqual([])
})

it('sessions are told of to another operator that is given, once, where that one is in production', () => {
  const warned = operatorWarnings()
  const told = vi.fn()
  warnOfSessionsInMemory(memoryStore(), { isInProduction: false, warn: told })
  expect(told).not.toHaveBeenCalled()
  for (const _time of [1, 2]) warnOfSessionsInMemory(memoryStore(), { isInProduction: true, warn: told })
  expect(told.mock.calls).toEqual([[{ code: 'OAUTH_MEMORY_STORE', message: expect.stringMatching(/^Sessions are in a store/) }]])
  expect(warned).toEqual([])
})
