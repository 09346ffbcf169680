import type { HttpClient } from '@oauth/core/adapter'
import type { AuthorisedFetch } from '@oauth/core/fetch'
import type { NextFetchEvent, NextRequest } from 'next/server.js'
import { oauth } from './oauth.js'

interface Client {
  get(path: string): Promise<string>
}
declare const http: HttpClient<Client>
declare const request: NextRequest
declare const event: NextFetchEvent
declare const secret: string | undefined

const providers = { example: { issuer: 'https://as.example' }, forge: { issuer: 'https://forge.example', clientId: 'client' } }
const auth = oauth({ baseUrl: 'https://app.example', secret, providers })
const onClient = oauth({
  baseUrl: undefined,
  secret: ['x'],
  http,
  providers: { example: { profile: async (client) => ({ sub: await client.get('me') }) } },
})

/** Names are those of the providers. */
export const named: readonly Promise<unknown>[] = [auth.session(), auth.session('forge'), auth.accessToken('example'), auth.client('forge')]

// @ts-expect-error no such provider
auth.session('other')

// @ts-expect-error no such provider
auth.client('other')

// @ts-expect-error no such provider
auth.protect(() => null, { provider: 'other' })

// @ts-expect-error a misspelt option
oauth({ baseUrl: 'https://app.example', secret, providers, sercet: 'x' })

// @ts-expect-error no client, but options
oauth({ baseUrl: 'https://app.example', secret, providers, http: fetch })

/** The client is the one that was given, else fetch. */
export async function clients(): Promise<readonly [AuthorisedFetch, Client]> {
  return [await auth.client(), await onClient.client('example')]
}

/** The provider of a login is the one that was asked for, or one of all. */
export async function logins(): Promise<readonly ['example' | 'forge' | undefined, 'forge' | undefined]> {
  const [any, one] = [await auth.session(), await auth.session('forge')]
  return [any?.provider, one?.provider]
}

/** What is wrapped takes what it took before. */
export const wrapped: {
  readonly page: (props: { params: Promise<{ id: string }> }) => Promise<string>
  readonly handler: (request: NextRequest, context: { params: Promise<{ id: string }> }) => Promise<Response>
  readonly action: (form: FormData) => Promise<number>
  readonly proxy: (request: NextRequest, event: NextFetchEvent) => Promise<Response>
} = {
  page: auth.protect(async (props: { params: Promise<{ id: string }> }) => (await props.params).id, { maxAge: 300 }),
  handler: auth.protect(async (_request: NextRequest, { params }: { params: Promise<{ id: string }> }) => Response.json(await params)),
  action: auth.protect(async (form: FormData) => [...form.keys()].length, { returnTo: '/form' }),
  proxy: auth.proxy(async () => undefined),
}

/** A proxy by itself. */
export const proxied: readonly Promise<Response>[] = [auth.proxy(request), auth.proxy(request, event)]
