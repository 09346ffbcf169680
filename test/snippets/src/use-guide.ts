import type { SessionOptions } from '@oauth/core/session'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type Guide, readGuide } from './guide.ts'
import { CALLBACK, type GuideWorld, startGuideWorld, tokenForms } from './guide-world.ts'
import { type HttpClientName, type Session, sessionOf } from './http-clients.ts'

/** What the tests of a guide work with, for one HTTP client. */
export interface UsedGuide {
  readonly world: GuideWorld
  readonly guide: Guide
  /** The same guide, whose servers are the scripted one. */
  readonly scripted: Guide
  /** A session of the application that the guides have, at the scripted server. */
  made(options?: Partial<SessionOptions>): Session
  /** The last request that the scripted server got. */
  last(): GuideWorld['scripted']['requests'][number] | undefined
  /** The parameters of the last token request that it got. */
  lastForm(): Readonly<Record<string, string>> | undefined
}

const TOKEN = { access_token: 'access', token_type: 'Bearer', expires_in: 60 }

/**
 * Reads a guide and starts the servers of its blocks before the tests of this suite, and stops them after it. Before each test the scripted one is made
 * to answer as one does where all is well; `token` is what its token endpoint says.
 */
export function useGuide(file: string, client: HttpClientName, token: object = TOKEN): UsedGuide {
  let started: Pick<UsedGuide, 'world' | 'guide' | 'scripted'> | undefined
  beforeAll(async () => {
    const world = await startGuideWorld()
    started = { world, guide: await readGuide(file, client, world.real), scripted: await readGuide(file, client, world.script) }
  })
  afterAll(() => started?.world.close())

  const world = later(() => started?.world)
  beforeEach(() => {
    world.scripted.answer('discovery', { body: world.scripted.metadata() })
    world.scripted.answer('token', { body: token })
    world.scripted.answer('/me', { body: { sub: 'alice' } })
  })
  return {
    world,
    guide: later(() => started?.guide),
    scripted: later(() => started?.scripted),
    made: (options) =>
      new sessionOf[client]({
        issuer: world.scripted.url,
        clientId: 'my-app',
        clientSecret: 'my-secret',
        redirectUri: CALLBACK,
        ...options,
      }),
    last: () => world.scripted.requests.at(-1),
    lastForm: () => tokenForms(world.scripted).at(-1),
  }
}

/** Stands for what is not there before the tests have begun. */
function later<T extends object>(value: () => T | undefined): T {
  return new Proxy({} as T, {
    get(_, name) {
      const found = value()
      if (found === undefined) throw new TypeError('It is started before the tests; use it in one.')
      return Reflect.get(found, name)
    },
  })
}
