import type { RequestListener } from 'node:http'

/** What an application is told; plain JSON, since it is in a process of its own. */
export interface AppOptions {
  /** Where it is. */
  readonly origin: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

/** An Express application whose page `/` greets the person who is logged in. */
export interface App {
  /** Where a login begins; absent where there is none. */
  readonly login?: string
  /** Where the provider sends the browser back; absent where there is no provider. */
  readonly callback?: string
  /** How it authenticates at the token endpoint when left to itself; by HTTP Basic unless told. */
  readonly authentication?: 'client_secret_post'
  create(options: AppOptions): RequestListener | Promise<RequestListener>
}

/** What is asked of the provider. */
export const SCOPE = 'openid profile email'

/** What `/` says. */
export function greeting(name: unknown): string {
  return `Hello ${name}`
}
