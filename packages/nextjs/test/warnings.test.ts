// Next makes its storages of what this puts in place, so it comes first.
import 'next/dist/server/node-environment-baseline.js'

import { afterEach, describe, expect, it, vi } from 'vitest'
import { operatorWarnings } from '../../core/test/operator-warnings.js'
import { memoryStore } from '../src/index.js'
import { nextRequest } from './next-request.js'
import { closeAll, type World, world } from './world.js'

afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await closeAll()
})

/** What is printed for developers. */
function warnings(mode = 'development') {
  vi.stubEnv('NODE_ENV', mode)
  return vi.spyOn(console, 'warn').mockReturnValue().mock.calls
}

describe('a guard of a page that nobody has told where it is', () => {
  async function visit({ auth }: World, headers: Record<string, string>, options?: { readonly returnTo: string }): Promise<void> {
    const request = nextRequest(headers)
    request.become('render')
    await request.within(() => auth.protect(async () => 'page', options)()).catch(() => undefined)
  }

  it('is a warning in development, once, that says where proxy.ts belongs', async () => {
    const one = await world()
    const printed = warnings()
    await visit(one, { 'x-oauth-url': '/page' })
    await visit(one, {}, { returnTo: '/page' })
    expect(printed).toEqual([])
    await visit(one, {})
    await visit(one, {})
    expect(printed).toEqual([
      [expect.stringMatching(/^A guard does not know .* proxy\.ts \(middleware\.ts in Next 15\) is not running .* beside app\//)],
    ])
  })

  it('is none in production', async () => {
    const one = await world()
    const printed = warnings('production')
    await visit(one, {})
    expect(printed).toEqual([])
  })
})

describe('a path of which there is no route', () => {
  it('is a warning in development, once, that says where they are, and what to look at', async () => {
    const one = await world()
    const printed = warnings()
    for (const path of ['/auth/op/login/?returnTo=/secret', '/login']) {
      const page = await one.browser.goto(`${one.baseUrl}${path}`)
      expect([page.status, page.body]).toEqual([404, 'There is no such route.'])
    }
    const text =
      /^oauth\(\) has no route at "\/auth\/op\/login\/"\. It has \/auth\/op\/login, \/auth\/logout .*"paths".*trailingSlash.*basePath/
    expect(printed).toEqual([[expect.stringMatching(text)]])
  })

  it('is none in production', async () => {
    const one = await world()
    const printed = warnings('production')
    await one.browser.goto(`${one.baseUrl}/login`)
    expect(printed).toEqual([])
  })
})

describe('a login that fails for what may be a person’s doing', () => {
  it.each([
    ['development', [[expect.stringMatching(/^OAUTH_NO_TRANSACTION: .*belongs to another host name/)]]],
    ['production', []],
  ])('is a warning in development alone: %s', async (mode, expected) => {
    const one = await world()
    const printed = warnings(mode)
    expect((await one.browser.goto(`${one.baseUrl}/auth/op/callback?code=c&state=secret-state`)).status).toBe(400)
    expect(printed).toEqual(expected)
    expect(JSON.stringify(printed)).not.toContain('secret-state')
  })
})

describe('sessions in the memory of one process', () => {
  it('are a warning in production, once, with a code, by what all runtimes of Next have', async () => {
    const one = await world({ store: memoryStore() })
    const two = await world({ store: memoryStore() })
    const warned = operatorWarnings()
    const printed = vi.spyOn(console, 'warn').mockReturnValue().mock.calls
    for (const { browser, baseUrl } of [one, two]) await browser.goto(`${baseUrl}/auth/user`)
    expect(printed).toEqual([[expect.stringMatching(/^OAUTH_MEMORY_STORE: Sessions are in a store/)]])
    expect(warned).toEqual([])
  })

  it('are none elsewhere; nor are those in cookies', async () => {
    const stored = await world({ store: memoryStore() })
    const printed = warnings()
    await stored.browser.goto(`${stored.baseUrl}/auth/user`)
    operatorWarnings()
    const sealed = await world()
    await sealed.browser.goto(`${sealed.baseUrl}/auth/user`)
    expect(printed).toEqual([])
  })
})
