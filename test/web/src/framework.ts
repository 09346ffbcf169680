import type { ProviderOptions, RoutePaths, WebSessionOptions } from '@oauth/core/routes'
import type { Browser, BrowserOptions } from '@oauth-test/provider'

/** A provider as `oauth()` takes it, so far as JSON can say it. */
export interface JsonProvider
  extends Omit<ProviderOptions<never>, 'authorizationParameters' | 'profile' | 'updateToken' | 'complianceHooks'> {
  readonly authorizationParameters?: Readonly<Record<string, string>>
}

/** What an application under test is told; plain JSON, so that it can be handed to another process. */
export interface AppOptions {
  /** In this order: the first one is the default of a login. */
  readonly providers: Readonly<Record<string, JsonProvider>>
  /** One made for this application unless told, which it keeps when it is started again. */
  readonly secret?: string | readonly string[]
  readonly session?: WebSessionOptions
  readonly paths?: Partial<RoutePaths>
  readonly afterLogout?: string
  /** Address of a store that the test runs: `(await startStore()).url`; or `memory`, for that of the application's process. Sessions are in cookies unless told. */
  readonly store?: string
  /** Path of `baseUrl`, which the reverse proxy takes away before the application sees it. */
  readonly basePath?: string
  /** The reverse proxy speaks TLS: cookies are `Secure` and have the `__Host-` prefix. */
  readonly https?: boolean
  /** What the application takes for its address, where it is not to be the reverse proxy's. */
  readonly address?: string
  /** Seconds that the application's clock is ahead. */
  readonly ahead?: number
}

/**
 * A running application. Its pages, each below `baseUrl`:
 *
 * - `GET /` JSON of {@link Front}, for everybody
 * - `GET /guarded` a page behind the guard, that says `guarded: ` and the person's `sub`
 * - `GET /guarded/items/{id}` a page of a dynamic route behind the guard, that says `item: ` and the id
 * - `GET /guarded/api` a route handler behind the guard: JSON `{ sub }`
 * - `GET /token` JSON of {@link TokenView}
 * - `GET /rendered` a page that uses the access token where no cookie can be set: it says `token: ` and its hash, or `error: ` and a code
 * - `GET /api` JSON of the provider's UserInfo, by the user's HTTP client; `{ error }` with the code of what went wrong
 * - `GET /link?provider=` begins a login to be linked
 * - `GET /step-up` a page that wants a login at the first provider
 * - `GET /recent` a page that wants a login of the last five minutes, and says `recent enough`
 * - `GET /vault` a page that wants a login of the class `gold`, and says `strong enough`
 * - `GET /vault/api` a route handler that does: JSON `{ strong: true }`
 * - `GET /welcome` a page for everybody that asks who is logged in at the provider: it says `welcome: ` and the person's `sub`, or `stranger`
 * - `GET /in-front` what code of the application's own has found before the page, and what the page has: twice JSON of {@link TokenView} with the person's `sub`
 * - `POST /sign-out` logs out by the method; where that fails, JSON `{ error }` and the status that the library says
 * - `GET /static` a page that reads no session, and says `static`
 * - every other path: a page behind the guard, that says `elsewhere`
 */
export interface App {
  /** What browsers see: a reverse proxy of the test, in front of the application. No slash at its end. */
  readonly baseUrl: string
  /** A browser of its own, which trusts the reverse proxy. */
  browser(options?: BrowserOptions): Browser
  /** Everything that the application's process has printed. */
  readonly output: string
  /** Kills the process, and starts it again, with other options where they are given. */
  restart(options?: Partial<AppOptions>): Promise<void>
  stop(): Promise<void>
}

/** What `GET /` says. */
export interface Front {
  readonly user?: { readonly sub?: string; readonly [claim: string]: unknown }
  readonly provider?: string
  /** Names of all logins of the session. */
  readonly logins: readonly string[]
}

/** What `GET /token` says: the hash of the access token, as {@link hashOf} makes it, or the code of the error. */
export interface TokenView {
  readonly accessTokenHash?: string
  readonly error?: string
}

/** A framework that applications are written for. */
export interface Framework {
  readonly name: 'express' | 'next 16' | 'next 16.2' | 'next 15 on the edge' | 'next 15 on Node'
  start(options: AppOptions): Promise<App>
}
