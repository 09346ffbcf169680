import {
  AssertionSession,
  clientSecretJwt,
  fromEnvironment,
  gotClient,
  isOAuthError,
  jweDecryption,
  OAuth2Session,
  privateKeyJwt,
} from '@oauth/node-got'

// Nothing here says its type: the compiler has to be able to name each of them with `@oauth/node-got` alone, or an application cannot emit declarations.

export const begin = (session: OAuth2Session) => session.createAuthorizationUrl()
export const kept = async (session: OAuth2Session) => (await session.createAuthorizationUrl()).transaction
export const finish = (session: OAuth2Session) => session.finishLogin({ authorizationResponse: '?code=x' })
export const fetchToken = (session: OAuth2Session) => session.fetchToken()
export const refresh = (session: OAuth2Session) => session.refreshToken()
export const introspect = (session: OAuth2Session) => session.introspectToken()
export const verify = (session: OAuth2Session) => session.verifyIdToken('x')
export const userinfo = (session: OAuth2Session) => session.userinfo()
export const server = (session: OAuth2Session) => session.server()
export const logout = (session: OAuth2Session) => session.createLogoutUrl()
export const authoriser = (session: OAuth2Session) => session.authoriser()
export const state = ({ http, token, claims }: OAuth2Session) => ({ http, token, claims })
export const methods = (session: OAuth2Session) => ({
  begin: session.createAuthorizationUrl,
  finish: session.finishLogin,
  fetch: session.fetchToken,
  set: session.setToken,
  refresh: session.refreshToken,
  revoke: session.revokeToken,
  introspect: session.introspectToken,
  verify: session.verifyIdToken,
  logout: session.createLogoutUrl,
  method: session.registerClientAuthMethod,
  hook: session.registerComplianceHook,
  extend: session.extend,
})

export const assertion = (session: AssertionSession) => ({
  authoriser: session.authoriser,
  setToken: session.setToken,
  fetchToken: session.fetchToken,
  refreshToken: session.refreshToken,
  ensureActiveToken: session.ensureActiveToken,
  deleteToken: session.deleteToken,
  registerComplianceHook: session.registerComplianceHook,
  extend: session.extend,
})
export const account = AssertionSession.fromServiceAccount

export const functions = () => [clientSecretJwt(), privateKeyJwt, jweDecryption, fromEnvironment, gotClient()] as const
export const client = (environment: Record<string, string>) => new OAuth2Session(fromEnvironment('op', environment))

export const code = (error: unknown) => (isOAuthError(error) ? error.code : undefined)
export const serious = (error: unknown) => (isOAuthError(error) && error.code !== 'OAUTH_ABORTED' ? error : undefined)
export const refused = (error: unknown) => (isOAuthError(error) && error.name === 'ProtocolError' ? error.code : undefined)
export const misread = (error: unknown) => (isOAuthError(error) && error.name === 'ResponseError' ? error.code : undefined)
export const said = (error: unknown) => (isOAuthError(error) && 'response' in error ? error.response : undefined)
