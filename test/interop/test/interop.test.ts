import { findPython } from '@oauth-test/authlib-server'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { adapters } from '../src/adapters.ts'
import { authlib } from '../src/authlib.ts'
import { cases } from '../src/cases/cases.ts'
import type { InteropServer, ServerKind } from '../src/interop-server.ts'
import { oidcProvider } from '../src/oidc-provider.ts'
import { createWorld } from '../src/world.ts'

const python = await findPython()

suite(oidcProvider)
if (python.missing === undefined) suite(authlib(python.command))
else it.skip(`Authlib: the suite does not run against it, because there is ${python.missing}`)

/** Declares every case that a server can show, for every adapter. */
function suite({ name, features, start }: ServerKind): void {
  describe(`S1: the same members on every adapter, at ${name}`, () => {
    let server: InteropServer
    beforeAll(async () => {
      server = await start()
    })
    afterEach(() => expect(server.failures()).toBe(''))
    afterAll(() => server?.close())

    const shown = cases.filter(({ needs }) => needs === undefined || features.includes(needs))
    for (const adapter of adapters) {
      for (const { title, run } of shown) it(`${title}, ${adapter.name} × ${name}`, () => run(createWorld(adapter, server)))
    }
  })
}
