export { type Browser, type BrowserOptions, createBrowser, type GotoOptions } from './browser.ts'
export type { TestClient, TestClientInput } from './clients.ts'
export { type BrowserCookie, type BrowserCookies, createCookies, type SameSiteContext } from './cookies.ts'
export { allowEveryOrigin } from './cors.ts'
export type { Fault, FaultAnswer } from './faults.ts'
export {
  type HostileAnswer,
  type HostileEndpoint,
  type HostileRequest,
  type HostileScript,
  type HostileServer,
  type PlainAnswer,
  startHostileServer,
} from './hostile-server.ts'
export type { FormButton, FormField, HtmlForm, HtmlLink } from './html.ts'
export { type Listening, listen, listening } from './listen.ts'
export { type LoginOptions, login } from './login.ts'
export type { ProviderOptions, TestUser } from './options.ts'
export type { Form, Page } from './page.ts'
export { passwordOf } from './password-grant.ts'
export { type ProviderEvents, startProvider, type TestProvider } from './provider.ts'
export type { HistoryEntry } from './redirects.ts'
export type { RequestLogEntry } from './request-log.ts'
export { type ResourceLogEntry, type ResourceServer, type ResourceServerOptions, startResourceServer } from './resource-server.ts'
export { createSigner, type Signer, type SignerAlg, type SignerJwk, type SignerOptions } from './signer.ts'
export type { ProviderAlg } from './signing-keys.ts'
export { type Registration, type Surroundings, type SurroundingsOptions, startSurroundings } from './surroundings.ts'
