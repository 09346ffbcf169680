/** What is used of the package, which brings no types. */
declare module 'simple-oauth2' {
  export interface AccessToken {
    readonly token: Readonly<Record<string, unknown>>
    expired(): boolean
    refresh(): Promise<AccessToken>
  }
  export class AuthorizationCode {
    constructor(config: {
      readonly client: { readonly id: string; readonly secret: string }
      readonly auth: { readonly tokenHost: string; readonly tokenPath: string }
    })
    createToken(token: object): AccessToken
  }
}
