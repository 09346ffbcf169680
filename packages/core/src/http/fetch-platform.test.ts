import { expect, it, onTestFinished, vi } from 'vitest'

it('RD09: on a platform that says nothing of itself, redirects of a call with a token are not left to fetch', async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator') ?? {}
  onTestFinished(() => void Object.defineProperty(globalThis, 'navigator', before))
  Object.defineProperty(globalThis, 'navigator', { value: undefined, configurable: true })
  vi.resetModules()
  const { isLeftToFetch } = await import('./fetch-platform.js')
  const withHeaders = (headers: Record<string, string>) => isLeftToFetch(new Request('https://api.example', { headers }))
  expect([withHeaders({ authorization: 'Bearer token' }), withHeaders({ accept: 'text/plain' })]).toEqual([false, true])
})
