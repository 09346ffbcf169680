import type { IncomingMessage } from 'node:http'

import type { InteractionResults, Provider } from 'oidc-provider'
import type { TestUser } from './options.ts'
import { consentPage, errorPage, loginPage } from './pages.ts'

const route = /^\/interaction\/([\w-]+)(?:\/(login|confirm|abort))?$/
/** Koa's, named through oidc-provider: this package does not depend on koa itself. */
export type Middleware = Parameters<Provider['use']>[0]
type Details = Awaited<ReturnType<Provider['interactionDetails']>>

/** The pages a person sees: login, then consent. oidc-provider asks for one of them at `/interaction/:uid`. */
export function interactions(provider: Provider, users: Readonly<Record<string, TestUser>>): Middleware {
  return async (ctx, next) => {
    const [, uid, verb] = route.exec(ctx.path) ?? []
    if (!uid) return next()
    if (ctx.method !== (verb ? 'POST' : 'GET')) ctx.throw(405)
    ctx.set('Cache-Control', 'no-store')
    ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
    ctx.type = 'html'

    let details: Details
    try {
      details = await provider.interactionDetails(ctx.req, ctx.res)
    } catch {
      ctx.status = 400
      ctx.body = errorPage('invalid_request', 'This sign-in has expired, or it was started in another browser.')
      return
    }
    const finish = async (result: InteractionResults): Promise<void> => {
      ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result))
      ctx.status = 303
    }
    const client = await provider.Client.find(String(details.params.client_id))
    const view = { action: `/interaction/${uid}`, clientName: client?.clientName ?? client?.clientId ?? 'unknown client' }
    const login = (error?: string): string =>
      loginPage({ ...view, users: Object.keys(users), loginHint: String(details.params.login_hint ?? ''), ...(error ? { error } : {}) })

    if (verb === 'abort') {
      await finish({ error: 'access_denied', error_description: 'End-User aborted interaction' })
    } else if (verb === 'login' && details.prompt.name === 'login') {
      const username = (await readForm(ctx.req)).get('username')?.trim() ?? ''
      if (Object.hasOwn(users, username)) return finish({ login: { accountId: username } })
      ctx.status = 422
      ctx.body = login('There is no such user.')
    } else if (verb === 'confirm' && details.prompt.name === 'consent') {
      await finish({ consent: { grantId: await grantAll(provider, details) } })
    } else if (verb) {
      ctx.status = 409
      ctx.body = errorPage('invalid_request', `The provider is asking for ${details.prompt.name}.`)
    } else {
      ctx.body =
        details.prompt.name === 'login'
          ? login()
          : consentPage({ ...view, account: details.session?.accountId ?? '', wants: missing(details).map(([, what]) => what) })
    }
  }
}

type Wanted = readonly [kind: 'scope' | 'claim' | `resource:${string}`, what: string]

/** What is asked for beyond what has been granted already. */
function missing({ prompt: { details } }: Details): Wanted[] {
  const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
  const resources = Object.entries((details.missingResourceScopes ?? {}) as Record<string, unknown>)
  return [
    ...list(details.missingOIDCScope).map((scope): Wanted => ['scope', scope]),
    ...list(details.missingOIDCClaims).map((claim): Wanted => ['claim', claim]),
    ...resources.flatMap(([resource, scopes]) => list(scopes).map((scope): Wanted => [`resource:${resource}`, scope])),
  ]
}

async function grantAll(provider: Provider, details: Details): Promise<string> {
  const { grantId, params, session } = details
  const known = grantId ? await provider.Grant.find(grantId) : undefined
  const grant = known ?? new provider.Grant({ accountId: session?.accountId, clientId: String(params.client_id) })
  for (const [kind, what] of missing(details)) {
    if (kind === 'scope') grant.addOIDCScope(what)
    else if (kind === 'claim') grant.addOIDCClaims([what])
    else grant.addResourceScope(kind.slice('resource:'.length), what)
  }
  return grant.save()
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk
    if (body.length > 65_536) break
  }
  return new URLSearchParams(body)
}
