import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import { providerAlgs } from './signing-keys.ts'

/** What the API knows about the caller. */
export interface Caller {
  readonly sub: string
  readonly scope: string
  readonly clientId: string
}

export interface TokenCheckOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** One of these is enough. */
  readonly audiences: readonly string[]
}

interface Discovery {
  readonly introspection_endpoint: string
  readonly jwks_uri: string
}

/** Undefined: the token is not valid here, whatever the reason. Throws when the provider does not answer. */
export type TokenCheck = (token: string) => Promise<Caller | undefined>

/**
 * Checks each token at each request: no verdict and no key is kept, so that a revocation, an expiry or a rotation at
 * the provider shows at the very next request.
 */
export function createTokenCheck(options: TokenCheckOptions): TokenCheck {
  const discover = async (): Promise<Discovery> => {
    const response = await fetch(`${options.issuer}/.well-known/openid-configuration`)
    if (!response.ok) throw new Error(`discovery answered ${response.status}`)
    return (await response.json()) as Discovery
  }
  return async (token) => {
    const endpoints = await discover()
    return token.split('.').length === 3 ? checkJwt(token, endpoints, options) : introspect(token, endpoints, options)
  }
}

async function checkJwt(token: string, { jwks_uri }: Discovery, { issuer, audiences }: TokenCheckOptions): Promise<Caller | undefined> {
  const response = await fetch(jwks_uri)
  if (!response.ok) throw new Error(`the JWKS answered ${response.status}`)
  const keys = createLocalJWKSet((await response.json()) as JSONWebKeySet)
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: [...audiences],
      typ: 'at+jwt',
      algorithms: [...providerAlgs],
      requiredClaims: ['sub', 'exp', 'client_id'],
    })
    return caller(payload)
  } catch {
    return undefined
  }
}

async function introspect(token: string, endpoints: Discovery, options: TokenCheckOptions): Promise<Caller | undefined> {
  const response = await fetch(endpoints.introspection_endpoint, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa([options.clientId, options.clientSecret].map(encodeURIComponent).join(':'))}` },
    body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
  })
  if (!response.ok) throw new Error(`introspection answered ${response.status}`)
  const claims = (await response.json()) as JWTPayload & { readonly active: boolean; readonly token_type?: string }
  // A refresh token is active too, but it has no token type and opens no API.
  if (!claims.active || claims.token_type !== 'Bearer' || (claims.exp ?? 0) * 1000 <= Date.now()) return undefined
  // A token without audience is for the provider's own userinfo and for whoever it trusts with introspection.
  if (claims.aud !== undefined && ![claims.aud].flat().some((audience) => options.audiences.includes(audience))) return undefined
  return caller(claims)
}

function caller(claims: JWTPayload): Caller {
  return { sub: String(claims.sub ?? claims.client_id), scope: String(claims.scope ?? ''), clientId: String(claims.client_id) }
}
