import type { RefreshPeer } from './refresh-peer.ts'

/** A way to keep a login, in the tables of refreshes. */
export interface RefreshPeerEntry {
  readonly package: string
  /** Where one process has the login; absent where another entry says it. */
  readonly alone?: string
  /** How several processes share it; absent where they cannot. */
  readonly shared?: string
  readonly isOurs?: true
  readonly needsRedis?: true
  load(): Promise<RefreshPeer>
}

export const PEERS = {
  ours: {
    package: '@oauth/node-got',
    alone: '`memoryStore`',
    isOurs: true,
    load: async () => (await import('./peers/ours.ts')).peer,
  },
  'ours-file': {
    package: '@oauth/node-got',
    alone: '`@oauth/store-file`',
    shared: '`@oauth/store-file`',
    isOurs: true,
    load: async () => (await import('./peers/ours-file.ts')).peer,
  },
  'ours-redis': {
    package: '@oauth/node-got',
    alone: '`@oauth/store-redis`',
    shared: '`@oauth/store-redis`',
    isOurs: true,
    needsRedis: true,
    load: async () => (await import('./peers/ours-redis.ts')).peer,
  },
  'google-auth-library': {
    package: 'google-auth-library',
    alone: 'one client',
    shared: '`setCredentials` and the `tokens` event, on a file',
    load: async () => (await import('./peers/google-auth-library.ts')).peer,
  },
  'badgateway-oauth2-client': {
    package: '@badgateway/oauth2-client',
    alone: 'one `OAuth2Fetch`',
    shared: '`getStoredToken` and `storeToken`, on a file',
    load: async () => (await import('./peers/badgateway-oauth2-client.ts')).peer,
  },
  'better-auth': {
    package: 'better-auth',
    alone: 'its database, SQLite',
    shared: 'its database, SQLite',
    load: async () => (await import('./peers/better-auth.ts')).peer,
  },
  'atproto-oauth-client': {
    package: '@atproto/oauth-client',
    alone: '`sessionStore`, on a file',
    shared: '`sessionStore`, on a file',
    load: async () => (await import('./peers/atproto-oauth-client.ts')).peer,
  },
  'atproto-oauth-client-lock': {
    package: '@atproto/oauth-client',
    shared: '`sessionStore`, on a file, and `requestLock`, a lock brought along',
    load: async () => (await import('./peers/atproto-oauth-client.ts')).peerWithLock,
  },
  'auth0-nextjs-auth0': {
    package: '@auth0/nextjs-auth0',
    alone: 'its cookie',
    shared: '`sessionStore`, on a file',
    load: async () => (await import('./peers/auth0-nextjs-auth0.ts')).peer,
  },
  'simple-oauth2': {
    package: 'simple-oauth2',
    alone: 'its token as JSON, in a file',
    shared: 'its token as JSON, in a file',
    load: async () => (await import('./peers/simple-oauth2.ts')).peer,
  },
} satisfies Readonly<Record<string, RefreshPeerEntry>>

export type PeerName = keyof typeof PEERS
