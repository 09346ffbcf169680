import type { HttpRequest, HttpResponse } from '@oauth/core'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'

/** An authorization server in memory: it answers from texts, so that only the clients' own work is measured. */
export interface MemoryServer {
  readonly metadata: {
    readonly issuer: string
    readonly authorization_endpoint: string
    readonly token_endpoint: string
    readonly jwks_uri: string
    readonly id_token_signing_alg_values_supported: string[]
    readonly response_types_supported: string[]
  }
  readonly clientId: string
  readonly redirectUri: string
  /** Its public key. */
  readonly jwk: JWK
  /** Signs an ID token; done before the measurement. */
  idToken(claims: JWTPayload): Promise<string>
  transport(idToken: string): (request: HttpRequest) => Promise<HttpResponse>
  fetch(idToken: string): (url: string) => Promise<Response>
}

const issuer = 'https://as.example'
const json = { 'content-type': 'application/json' }

/** Makes a server with one key. */
export async function memoryServer(alg = 'ES256'): Promise<MemoryServer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg, use: 'sig' }
  const jwks = JSON.stringify({ keys: [jwk] })
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    id_token_signing_alg_values_supported: [alg],
    response_types_supported: ['code'],
  }
  const bodyFor = (url: string, idToken: string) =>
    url.endsWith('/jwks')
      ? jwks
      : JSON.stringify({ access_token: 'access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'refresh', id_token: idToken })

  return {
    metadata,
    clientId: 'client',
    redirectUri: 'https://app.example/callback',
    jwk,
    idToken: (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, kid: 'k' })
        .setIssuer(issuer)
        .setSubject('user')
        .setAudience('client')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    transport:
      (idToken) =>
      async ({ url }) => ({ status: 200, headers: json, body: new TextEncoder().encode(bodyFor(url, idToken)) }),
    fetch: (idToken) => async (url) => new Response(bodyFor(url, idToken), { headers: json }),
  }
}
