import type { AuthorisedFetch } from '@oauth/core/fetch'
import type { TokenRecord } from '@oauth/core/session'
import type { Request, RequestHandler } from 'express'
import session from 'express-session'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type CallbackStore,
  expressSessionStore,
  type LoginOptions,
  memoryStore,
  type OAuthOptions,
  oauth,
  type RequestOAuth,
  requireLogin,
  type Store,
  silentLogin,
  type TenantProvider,
} from '../src/index.js'

const registration = { issuer: 'https://as.example', clientId: 'client' }
const options = { baseUrl: 'https://app.example', secret: 'x'.repeat(32), providers: { demo: registration } }

type Providers = OAuthOptions<AuthorisedFetch>['providers']

describe('types', () => {
  it('of req.oauth', () => {
    expectTypeOf<Request['oauth']>().toEqualTypeOf<RequestOAuth<AuthorisedFetch>>()
    expectTypeOf<Request['oauth']['client']>().returns.toEqualTypeOf<AuthorisedFetch>()
    expectTypeOf<Request['oauth']['client']>().parameter(0).toEqualTypeOf<string | undefined>()
    expectTypeOf<Request['oauth']['login']>().parameter(1).toEqualTypeOf<LoginOptions | undefined>()
    expectTypeOf<'login' | 'urn:own'>().toExtend<LoginOptions['prompt']>()
    expectTypeOf<Request['oauth']['logout']>().returns.toEqualTypeOf<Promise<string>>()
    expectTypeOf<NonNullable<Request['oauth']['user']>['sub']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Request['oauth']>().not.toHaveProperty('takeCookies')
    expectTypeOf<Request['oauth']>().not.toHaveProperty('current')
  })

  it('of the middlewares', () => {
    expectTypeOf(oauth(options)).toEqualTypeOf<RequestHandler>()
    expectTypeOf(requireLogin({ provider: 'demo', token: true })).toEqualTypeOf<RequestHandler>()
    expectTypeOf(requireLogin({ maxAge: 300, acr: ['gold', 'silver'] })).toEqualTypeOf<RequestHandler>()
    expectTypeOf(silentLogin({ provider: 'demo' })).toEqualTypeOf<RequestHandler>()
  })

  it('refuse unknown and missing options, as the code does', () => {
    // @ts-expect-error a misspelt option
    expect(() => oauth({ ...options, sercet: 'x' })).toThrow(/no option "sercet"/)
    // @ts-expect-error a wire name where ours is meant
    const wire: Providers = { demo: { ...registration, client_secret: 'x' } }
    expect(() => oauth({ ...options, providers: wire })).toThrow(/client_secret/)
    // @ts-expect-error no secret
    expect(() => oauth({ baseUrl: options.baseUrl, providers: options.providers })).toThrow(/"secret"/)
    // @ts-expect-error an unknown path
    expect(() => oauth({ ...options, paths: { signin: '/signin' } })).toThrow(/signin/)
    // @ts-expect-error an unknown response mode
    const fragment: Providers = { demo: { ...registration, responseMode: 'fragment' } }
    expect(fragment).toBeDefined()
    // @ts-expect-error an unknown option of the guard
    expect(() => requireLogin({ providers: 'demo' })).toThrow(/requireLogin: there is no option "providers"/)
    // @ts-expect-error milliseconds, or a text
    expect(() => requireLogin({ maxAge: '5m' })).toThrow(/"maxAge" must be a whole number of seconds/)
    // @ts-expect-error a client that is not wrapped
    expect(() => oauth({ ...options, http: fetch })).toThrow(/"http" .* gotClient\(got\)/)
  })

  it('take any store without a cast, and no other thing', () => {
    const make = <T>(): Store<T> => memoryStore<T>()
    const held = memoryStore()
    const stores: readonly OAuthOptions<AuthorisedFetch>['store'][] = [memoryStore(), make(), held, memoryStore<TokenRecord>(), undefined]
    for (const store of stores) expect(() => oauth({ ...options, store })).not.toThrow()
    expectTypeOf(expressSessionStore).parameter(0).toExtend<CallbackStore>()
    expectTypeOf<session.MemoryStore>().toExtend<CallbackStore>()
    // @ts-expect-error a store of express-session that is not wrapped
    expect(() => oauth({ ...options, store: new session.MemoryStore() })).toThrow(/expressSessionStore\(store\)/)
  })

  it('of a function of the request that gives the options, now or later, or none', () => {
    const tenant: TenantProvider<AuthorisedFetch> = ({ cookies, headers }) => {
      expectTypeOf(headers['x-tenant']).toEqualTypeOf<string | undefined>()
      return cookies.length === 0 ? undefined : { ...registration, alwaysThisServer: true }
    }
    const wrong = () => ({ ...registration, clientId: 7 })
    const providers: Providers = { a: tenant, b: async (request) => ({ ...registration, clientId: request.url }), c: registration }
    expect(() => oauth({ ...options, providers })).not.toThrow()
    // @ts-expect-error a client id is a text
    oauth({ ...options, providers: { demo: wrong } })
    // @ts-expect-error what an issuer is asked for by is no request
    oauth({ ...options, providers: { demo: (issuer: number) => ({ ...registration, clientId: String(issuer) }) } })
    // @ts-expect-error only of a function's options
    expect(() => oauth({ ...options, providers: { demo: { ...registration, alwaysThisServer: true } } })).toThrow(/alwaysThisServer/)
  })

  it('of a profile: its client is the one that client() gives, and a sub is wanted', () => {
    oauth({
      ...options,
      providers: { demo: { ...registration, profile: async (http) => ({ sub: await (await http('https://api.example/')).text() }) } },
    })
    oauth({
      ...options,
      providers: {
        demo: () => ({ ...registration, profile: async (http) => ({ sub: await (await http('https://api.example/')).text() }) }),
      },
    })
    // @ts-expect-error no sub
    oauth({ ...options, providers: { demo: { ...registration, profile: () => ({ name: 'Alice' }) } } })
  })
})
