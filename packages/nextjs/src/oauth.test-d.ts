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

/** Without options the request of a handler has its type. */
export const contextual: (request: Request) => Promise<Response> = auth.protect(async (request) => new Response(request.url))

/** So have a silent login, and what answers at once. */
export const further: readonly [() => Promise<string>, (request: Request) => Promise<Response>] = [
  auth.silentLogin(() => 'page', { provider: 'forge' }),
  auth.protect((_request: Request) => new Response(), { token: true }),
]

type Props = { readonly params: Promise<{ id: string }> }

// The error is where the option is, and names it: with TypeScript 5.9, too, which is not at hand here.
auth.protect(
  async function Page({ params }: Props) {
    return (await params).id
  },
  // @ts-expect-error a misspelt option of a page
  { tokens: true },
)

auth.protect(
  async (_request: NextRequest, { params }: Props) => Response.json(await params),
  // @ts-expect-error a misspelt option of a handler
  { tokens: true },
)

auth.protect(
  async (form: FormData) => form.has('id'),
  // @ts-expect-error a misspelt option of an action
  { tokens: true },
)

auth.protect(
  async function Page({ params }: Props) {
    return (await params).id
  },
  // @ts-expect-error no such provider
  { provider: 'other' },
)

// @ts-expect-error neither a page nor anything else that can be called
auth.protect('page')

/** A proxy by itself. */
export const proxied: readonly Promise<Response>[] = [auth.proxy(request), auth.proxy(request, event)]
