import type { AuthorisedFetch } from '@oauth/core/fetch'
import type { Visit } from '@oauth/core/routes'

/** What `req.oauth` offers: who is logged in, their HTTP client, and the way out. */
export type RequestOAuth<Http> = Pick<
  Visit<Http>,
  'user' | 'provider' | 'session' | 'client' | 'login' | 'silentLogin' | 'logout' | 'guard'
>

/**
 * Tells TypeScript which HTTP client `req.oauth.client()` gives, where it is not `fetch`:
 *
 * @example
 * declare module '@oauth/express' {
 *   interface Register { http: Got }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface Register {}

type RegisteredHttp = Register extends { readonly http: infer Http } ? Http : AuthorisedFetch

declare global {
  namespace Express {
    interface Request {
      /** The session of this browser. */
      oauth: RequestOAuth<RegisteredHttp>
    }
  }
}
