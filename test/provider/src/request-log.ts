import type { Middleware } from './interactions.ts'

/** One request at the provider. No query, no body, no headers: nothing here can be a secret. */
export interface RequestLogEntry {
  readonly method: string
  /** Path with ids replaced: `/interaction/:uid`. */
  readonly path: string
  /** oidc-provider's name of the endpoint (`token`, `authorization`, `jwks`, ...), `interaction` or `unknown`. */
  readonly endpoint: string
  /** Only for the token endpoint. */
  readonly grantType?: string
  readonly status: number
}

interface OidcContext {
  readonly oidc?: { readonly route?: string; readonly body?: Readonly<Record<string, unknown>> }
}

/** Writes an entry before the answer leaves, so that a test which has the answer also finds the entry. */
export function requestLog(entries: RequestLogEntry[]): Middleware {
  return async (ctx, next) => {
    let status = 500
    try {
      await next()
      status = ctx.status
    } catch (error) {
      status = (error as { status?: number }).status ?? 500
      throw error
    } finally {
      const { oidc } = ctx as OidcContext
      const endpoint = oidc?.route ?? (ctx.path.startsWith('/interaction/') ? 'interaction' : 'unknown')
      const grantType = endpoint === 'token' && typeof oidc?.body?.grant_type === 'string' ? oidc.body.grant_type : undefined
      const path = ctx.path.replace(/^\/(interaction|auth|device|reg)\/[^/]+/, '/$1/:uid')
      entries.push({ method: ctx.method, path, endpoint, status, ...(grantType === undefined ? {} : { grantType }) })
    }
  }
}
