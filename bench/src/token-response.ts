import { type HttpRequest, randomToken, tokenResponse as read } from '@oauth/core'
import type { Comparison } from './compare.ts'
import { memoryServer } from './memory-server.ts'

/** The token endpoint's answer, from its bytes to a token set whose every member is checked, beside bare parsing. */
export async function* tokenResponse(): AsyncGenerator<Comparison, void> {
  const server = await memoryServer()
  const idToken = await server.idToken({ nonce: randomToken() })
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  const plan = { rounds: 31, operations: 2000 }
  for (const [kind, members] of Object.entries({ 'with an ID token': { id_token: idToken }, 'without one': {} })) {
    const text = JSON.stringify({
      access_token: randomToken(48),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: randomToken(48),
      scope: 'openid profile',
      ...members,
    })
    const body = new TextEncoder().encode(text)
    const request: HttpRequest = {
      endpoint: 'token',
      method: 'POST',
      url: server.metadata.token_endpoint,
      headers: {},
      body: 'grant_type=client_credentials',
      maxBytes: 1_048_576,
      timeoutMs: 10_000,
    }
    yield {
      job: `a token response ${kind}`,
      ours: () => read({ status: 200, headers, body }, { request, now: Date.now() / 1000, scope: 'openid profile' }),
      peers: {
        'new Response() and json()': { run: () => new Response(body, { status: 200, headers }).json(), atMost: 0.3 },
        'JSON.parse alone': { run: () => JSON.parse(text) },
      },
      plan,
    }
  }
}
