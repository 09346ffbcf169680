// Next makes its storages of what this puts in place, so it comes first.
import 'next/dist/server/node-environment-baseline.js'

import { memoryStore } from '@oauth/core/session'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nextRequest } from './next-request.js'
import { closeAll, world } from './world.js'

afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await closeAll()
})

describe('visits', () => {
  it('SS19: a store that fails at once is a 503 alone, also where Next takes its time to tell of a request, as in development', async () => {
    const store = memoryStore<unknown>()
    const get = vi.spyOn(store, 'get')
    const one = await world({ store })
    await one.signIn()
    get.mockImplementation(() => {
      throw new Error('The store is away.')
    })
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    vi.stubEnv('NODE_ENV', 'development')
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    try {
      const headers = { cookie: one.cookie() }
      const asked = new Request('http://next.internal/auth/user', { headers })
      expect((await nextRequest(headers).within(() => one.auth.handlers.GET(asked))).status).toBe(503)
      expect(unhandled).not.toHaveBeenCalled()
    } finally {
      process.off('unhandledRejection', unhandled)
    }
  })
})
