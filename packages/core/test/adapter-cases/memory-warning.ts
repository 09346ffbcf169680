import { expect, it } from 'vitest'
import { memoryStore } from '../../src/session/memory-store.js'
import type { SessionOptions } from '../../src/session/session-options.js'
import { operatorWarnings } from '../operator-warnings.js'
import type { Adapter, AnyHttp } from './adapter.js'

/** When there is a warning is the core's business, and tested there. */
export function memoryWarningCases<Http extends AnyHttp>({ OAuth2Session }: Adapter<Http>): void {
  it('are warned of in production; those of a machine and of a single session are not', () => {
    const open = (options: Pick<SessionOptions, 'store' | 'key'>) =>
      new OAuth2Session({ issuer: 'https://as.example', clientId: 'app', clientSecret: 'secret', ...options })
    const warned = operatorWarnings()
    open({})
    open({ store: memoryStore() })
    expect(warned).toEqual([])
    open({ store: memoryStore(), key: 'alice' })
    expect(warned).toEqual([[expect.stringMatching(/^Tokens are in a store/), { type: 'OAuthWarning', code: 'OAUTH_MEMORY_STORE' }]])
  })
}
