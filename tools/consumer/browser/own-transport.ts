import { isOAuthError, type OAuthError, randomToken, type ServerMetadata, UsageError } from '@oauth/core'
import { defaultEnvironment, type HttpResponse, run, type Transport, TransportError } from '@oauth/core/adapter'
import { fetchClient } from '@oauth/core/fetch'
import { memoryStore, OAuth2Session, type TokenStore } from '@oauth/core/session'

/** A transport of an author who knows `@oauth/core/adapter` alone. */
export const transport: Transport = async ({ endpoint, url, method, headers }, { signal }): Promise<HttpResponse> => {
  try {
    const response = await fetch(url, { method, headers, signal: signal ?? null })
    return { status: response.status, headers: Object.fromEntries(response.headers.entries()), body: await response.bytes() }
  } catch {
    throw new TransportError(endpoint, { reason: 'reset', sent: 'maybe' })
  }
}

export const server: Partial<ServerMetadata> = { issuer: 'https://op.example' }
export const store: TokenStore = memoryStore()
export const token: string = randomToken(32, defaultEnvironment())
export const client = fetchClient()
export { OAuth2Session, run }

export function explain(error: unknown): string {
  if (error instanceof UsageError) return error.code
  if (!isOAuthError(error)) return 'unknown'
  const known: OAuthError = error
  return known.message
}
