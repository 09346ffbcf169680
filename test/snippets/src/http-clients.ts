import type { AssertionSession, OAuth2Session, SessionOptions } from '@oauth/core/session'
import { OAuth2Session as KySession } from '@oauth/ky'
import { OAuth2Session as GotSession } from '@oauth/node-got'

/** As much as got and ky have in common. */
interface Http {
  get(url: string): { json(): Promise<unknown> }
}

/** The session of a snippet, whichever HTTP client it has. */
export type Session = OAuth2Session<Http>

/** The same for a service account. */
export type ServiceSession = AssertionSession<Http>

/** The HTTP clients that the guides are about, each with the class of its sessions. */
export const sessionOf = { got: GotSession, ky: KySession } satisfies Readonly<Record<string, new (options: SessionOptions) => Session>>

/** The name of one of them. */
export type HttpClientName = keyof typeof sessionOf

export const httpClients: readonly HttpClientName[] = ['got', 'ky']
