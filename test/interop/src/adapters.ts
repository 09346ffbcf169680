import type { Transport } from '@oauth/core'
import type { AssertionSession, AssertionSessionOptions, OAuth2Session, SessionOptions } from '@oauth/core/session'
import { AssertionSession as KyAssertionSession, OAuth2Session as KySession, kyTransport } from '@oauth/ky'
import { AssertionSession as GotAssertionSession, OAuth2Session as GotSession, gotTransport } from '@oauth/node-got'

/** What the suite asks of an HTTP client: as much as got and ky have in common. */
export interface InteropHttp {
  get(url: string): { json(): Promise<unknown> }
}

/** The session of any adapter, as the suite uses it. */
export type InteropSession = OAuth2Session<InteropHttp>

/** One adapter under test. */
export interface Adapter {
  readonly name: string
  readonly OAuth2Session: new (options: SessionOptions) => InteropSession
  readonly AssertionSession: new (options: AssertionSessionOptions) => AssertionSession<InteropHttp>
  /** For flows that no session runs. */
  readonly transport: Transport
}

/** Every adapter that the suite runs on. */
export const adapters: readonly Adapter[] = [
  { name: 'got', OAuth2Session: GotSession, AssertionSession: GotAssertionSession, transport: gotTransport() },
  { name: 'ky', OAuth2Session: KySession, AssertionSession: KyAssertionSession, transport: kyTransport() },
]
