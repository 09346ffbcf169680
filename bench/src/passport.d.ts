/** What is used of the packages, which bring no types. */
declare module 'passport' {
  import type { RequestHandler } from 'express'

  type Done = (error: Error | null, value?: unknown) => void

  export interface Authenticator {
    use(strategy: object): this
    use(name: string, strategy: object): this
    serializeUser(keep: (user: unknown, done: Done) => void): void
    deserializeUser(find: (kept: unknown, done: Done) => void): void
    session(): RequestHandler
    authenticate(strategy: string, options?: { readonly successRedirect?: string; readonly failureMessage?: boolean }): RequestHandler
  }

  const passport: { readonly Passport: new () => Authenticator }
  // biome-ignore lint/style/noDefaultExport: so it exports it
  export default passport
}

declare module 'passport-openidconnect' {
  type Done = (error: Error | null, user?: object) => void

  // biome-ignore lint/style/noDefaultExport: so it exports it
  export default class Strategy {
    constructor(
      options: Readonly<Record<string, string | undefined>>,
      verify: (issuer: string, profile: { readonly displayName?: string }, done: Done) => void,
    )
  }
}
