import type { Tokens } from './rotating-server.ts'

/** A login that several callers use, as its processes are told of it. */
export interface Login {
  readonly origin: string
  readonly tokens: Tokens
  /** A folder that all processes can write to. */
  readonly folder: string
  /** A Redis that all processes can reach; absent where it is not installed. */
  readonly redis: string | undefined
  /** Whether other processes use the login too. */
  readonly isShared: boolean
}

/** What each caller does: asks for an access token that works now. */
export type Caller = () => Promise<string>

/** A library, used as its documentation says. */
export interface RefreshPeer {
  /** Leaves the login where the library looks for it; done by one process, before any opens it. */
  save(login: Login): Promise<void>
  /** Makes what a process has for all of its callers. */
  open(login: Login): Promise<Caller>
}

/** When the access token has expired, in seconds since the epoch. */
export const EXPIRED_AT = 1_700_000_000
export const CLIENT_ID = 'client'
export const CLIENT_SECRET = 'secret-of-the-bench'
