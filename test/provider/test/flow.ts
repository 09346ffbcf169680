import { createHash, randomBytes } from 'node:crypto'
import { type Browser, createBrowser, login, type Page, type TestProvider } from '../src/index.ts'

/** Discovery of the provider under test, as far as these tests read it. */
export interface Endpoints {
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly userinfo_endpoint: string
  readonly jwks_uri: string
  readonly introspection_endpoint: string
  readonly revocation_endpoint: string
  readonly end_session_endpoint: string
}

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  readonly error?: string
}

export async function discover(issuer: string): Promise<Endpoints> {
  return (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Endpoints
}

/** A hand-made authorization URL, with what is needed to redeem its code. */
export function authorizationUrl(
  endpoints: Endpoints,
  provider: TestProvider,
  extra: Record<string, string> = {},
): { url: string; verifier: string } {
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL(endpoints.authorization_endpoint)
  url.search = new URLSearchParams({
    client_id: provider.client.client_id,
    response_type: 'code',
    scope: 'openid email profile',
    redirect_uri: provider.client.redirect_uris[0] ?? '',
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...extra,
  }).toString()
  return { url: url.href, verifier }
}

export async function token(
  endpoints: Endpoints,
  provider: TestProvider,
  body: Record<string, string>,
): Promise<{ status: number; tokens: Tokens }> {
  const { client_id, client_secret } = provider.client
  const response = await fetch(endpoints.token_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    body: new URLSearchParams(body),
  })
  return { status: response.status, tokens: (await response.json()) as Tokens }
}

/** A whole login without a redirect server: the browser stops at the callback. */
export async function obtainTokens(
  provider: TestProvider,
  {
    username = 'alice',
    extra = {},
    resource,
    browser,
  }: { username?: string; extra?: Record<string, string>; resource?: string; browser?: Browser } = {},
): Promise<{ tokens: Tokens; page: Page; endpoints: Endpoints }> {
  const endpoints = await discover(provider.issuer)
  const redirectUri = provider.client.redirect_uris[0] ?? ''
  const shown = browser ?? createBrowser({ stopAt: (url) => url.href.startsWith(redirectUri) })
  const { url, verifier } = authorizationUrl(endpoints, provider, { ...extra, ...(resource ? { resource } : {}) })
  const page = await login(await shown.goto(url), { username })
  const code = new URL(page.url).searchParams.get('code') ?? ''
  const { tokens } = await token(endpoints, provider, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...(resource ? { resource } : {}),
  })
  return { tokens, page, endpoints }
}
