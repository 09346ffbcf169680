import { mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type AtprotoDidDocument, type Jwk, Key, OAuthClient, type RuntimeLock, type Session } from '@atproto/oauth-client'
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose'
import { EXPIRED_AT, type Login, type RefreshPeer } from '../refresh-peer.ts'
import { SUBJECT } from '../rotating-server.ts'
import { jsonFile } from './json-file.ts'

type Stored = Omit<Session, 'dpopKey'> & { readonly dpopJwk: Jwk }

/** With the lock that it has by itself, within a process. */
export const peer: RefreshPeer = { save, open: (login) => open(login) }

/** With `requestLock`, which its README asks for where there are several processes: here a folder that one makes and the others wait for. */
export const peerWithLock: RefreshPeer = { save, open: (login) => open(login, folderLock(login.folder)) }

async function save({ origin, folder, tokens }: Login): Promise<void> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const expiresAt = new Date(EXPIRED_AT * 1000).toISOString()
  jsonFile<Stored>(folder).write({
    dpopJwk: { ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'k' } as Jwk,
    authMethod: { method: 'none' },
    tokenSet: { iss: origin, aud: origin, sub: SUBJECT, scope: 'atproto', token_type: 'DPoP', expires_at: expiresAt, ...tokens },
  })
}

/** `restore(sub)` and what it refreshes when it has expired, with a `sessionStore` in a file. */
async function open({ origin, folder }: Login, requestLock?: RuntimeLock): Promise<() => Promise<string>> {
  const file = jsonFile<Stored | null>(folder)
  const client = new OAuthClient({
    responseMode: 'query',
    allowHttp: true,
    clientMetadata: {
      client_id: 'http://localhost',
      redirect_uris: ['http://127.0.0.1/callback'],
      scope: 'atproto',
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      dpop_bound_access_tokens: true,
    },
    // Who the user is would be asked from servers elsewhere.
    identityResolver: { resolve: async () => ({ did: SUBJECT, handle: 'alice.example', didDoc: didDocument(origin) }) },
    runtimeImplementation: {
      createKey: () => Promise.reject(new Error('Nobody logs in here.')),
      getRandomValues: (length) => crypto.getRandomValues(new Uint8Array(length)),
      digest: async (data, { name }) => new Uint8Array(await crypto.subtle.digest(name.replace('sha', 'SHA-'), data)),
      ...(requestLock && { requestLock }),
    },
    stateStore: { get: () => undefined, set: () => {}, del: () => {} },
    sessionStore: {
      get: () => sessionOf(file.read()),
      set: (_sub, { dpopKey, ...session }) => file.write({ ...session, dpopJwk: dpopKey.jwk }),
      del: () => file.write(null),
    },
  })
  return async () => {
    const session = await client.restore(SUBJECT)
    // What its `fetchHandler` sends: the class has no public way to the token itself.
    const { access_token } = await session['getTokenSet']('auto')
    return access_token
  }
}

function sessionOf(stored: Stored | null): Session | undefined {
  return stored === null ? undefined : { ...stored, dpopKey: new JoseKey(stored.dpopJwk) }
}

function didDocument(origin: string): AtprotoDidDocument {
  const service = { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: origin } as const
  return { '@context': ['https://www.w3.org/ns/did/v1'], id: SUBJECT, service: [service] }
}

/** The key of DPoP proofs; `@atproto/jwk-jose` has the like. */
class JoseKey extends Key {
  async createJwt(...[header, payload]: Parameters<Key['createJwt']>): ReturnType<Key['createJwt']> {
    const key = await importJWK(this.jwk as JWK, 'ES256')
    return (await new SignJWT({ ...payload } as JWTPayload)
      .setProtectedHeader({ ...header, alg: 'ES256' } as { alg: string })
      .sign(key)) as never
  }

  verifyJwt(): never {
    throw new Error('Nothing is verified here.')
  }
}

function folderLock(folder: string): RuntimeLock {
  return async (_name, act) => {
    const lock = join(folder, 'lock')
    while (
      !(await mkdir(lock).then(
        () => true,
        () => false,
      ))
    )
      await setTimeout(10)
    try {
      return await act()
    } finally {
      await rmdir(lock)
    }
  }
}
