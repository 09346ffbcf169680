import { afterEach, describe, expect, it, vi } from 'vitest'
import { memoryStore, oauth, type Store } from '../src/index.js'

const options = { baseUrl: undefined, secret: undefined, providers: { op: { issuer: 'https://as.example' } }, env: {} }

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('oauth', () => {
  it('is made without options that only a running application has, and refuses the first request without them', async () => {
    const { handlers } = oauth(options)
    const request = new Request('https://app.example/auth/op/login')
    await expect(handlers.GET(request)).rejects.toThrow('The environment variable OP_CLIENT_ID is not set')
    const complete = oauth({ ...options, env: { OP_CLIENT_ID: 'client' } })
    await expect(complete.handlers.GET(request)).rejects.toMatchObject({ name: 'UsageError', message: expect.stringContaining('"secret"') })
  })

  it('refuses them at once in development', () => {
    vi.stubEnv('NODE_ENV', 'development')
    expect(() => oauth(options)).toThrow('OP_CLIENT_ID')
  })

  it('finds clients in the environment', async () => {
    vi.stubEnv('OP_CLIENT_ID', 'client')
    const { handlers } = oauth({ ...options, env: undefined, baseUrl: 'https://app.example', secret: 'x'.repeat(32) })
    expect((await handlers.GET(new Request('https://app.example/auth/user'))).status).toBe(401)
  })

  it('keeps sessions where it is told now, also in a process in which it was told otherwise before, as in development', async () => {
    const of = (store?: Store<unknown>) =>
      oauth({ ...options, baseUrl: 'https://told.example', secret: 'x'.repeat(32), env: { OP_CLIENT_ID: 'client' }, store })
    const answer = new Request('https://told.example/auth/op/callback?code=c&state=s')
    const [first, again] = [memoryStore<unknown>(), memoryStore<unknown>()]
    const { local: _, ...further } = memoryStore<unknown>()
    const asked = [first, again, further].map((store) => vi.spyOn(store, 'get'))
    const counts: (readonly number[])[] = []
    for (const store of [first, again, further, undefined]) {
      await of(store).handlers.GET(answer)
      counts.push(asked.map(({ mock }) => mock.calls.length))
    }
    // One store of a process is all of them: the bundles of an application each make one.
    expect(counts).toEqual([
      [1, 0, 0],
      [2, 0, 0],
      [2, 0, 1],
      [2, 0, 1],
    ])
  })

  it('names its own options beside the others when one is misspelt', async () => {
    // @ts-expect-error a misspelt option
    const { handlers } = oauth({ ...options, env: { OP_CLIENT_ID: 'client' }, htpp: fetch })
    await expect(handlers.GET(new Request('https://app.example/auth/user'))).rejects.toThrow(/no option "htpp".*env.*http/)
  })

  it.each([
    ['protect', 'tokens', /^protect: there is no option "tokens"\. Known options: acr, maxAge, provider, returnTo, token\.$/],
    ['silentLogin', 'toString', /^silentLogin: there is no option "toString"\. Known options: provider, returnTo\.$/],
  ] as const)('names all options of %s when one is misspelt', (name, option, message) => {
    const wrap: (target: () => null, options: never) => unknown = oauth(options)[name]
    expect(() => wrap(() => null, { [option]: true, returnTo: '/page' } as never)).toThrow(message)
  })

  it.each([
    ['none at all', undefined],
    ['no providers', { baseUrl: 'https://app.example', secret: 'x'.repeat(32) }],
    ['a text', 'https://app.example'],
  ])('explains at the first request what is wrong with %s', async (_what, given) => {
    const { handlers } = oauth(given as never)
    await expect(handlers.GET(new Request('https://app.example/auth/user'))).rejects.toMatchObject({ name: 'UsageError' })
  })
})
