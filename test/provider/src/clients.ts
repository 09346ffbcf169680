import { randomBytes } from 'node:crypto'
import type { AdapterFactory, ClientMetadata, Provider } from 'oidc-provider'

/** Client metadata as a test writes it: nothing is required. */
export type TestClientInput = Partial<ClientMetadata>

/** A registered client. `client_secret` is `''` for a client that has none. */
export interface TestClient extends ClientMetadata {
  readonly client_id: string
  readonly client_secret: string
  readonly redirect_uris: readonly string[]
}

export interface ClientRegistry {
  readonly all: readonly TestClient[]
  get(clientId: string): TestClient
  add(provider: Provider, input?: TestClientInput): Promise<TestClient>
}

/**
 * Clients live in the adapter and not in the configuration, because a test learns its redirect URI only after the
 * provider is up: the app under test needs the issuer first and listens on a port of the system's choice.
 */
export function createClientRegistry(adapter: AdapterFactory): ClientRegistry {
  const all: TestClient[] = []
  const stored = adapter('Client')
  return {
    all,
    get(clientId) {
      const found = all.find(({ client_id }) => client_id === clientId)
      if (!found) throw new TypeError(`no client ${clientId}`)
      return found
    },
    async add(provider, input = {}) {
      const client = withDefaults(input)
      const { client_secret, ...rest } = client
      await stored.upsert(client.client_id, client_secret ? { ...rest, client_secret } : rest)
      try {
        // oidc-provider validates metadata when it loads it; a mistake should show here and not at the first login.
        await provider.Client.find(client.client_id)
      } catch (cause) {
        await stored.destroy(client.client_id)
        const detail = (cause as { error_description?: string }).error_description ?? String(cause)
        throw new TypeError(`client ${client.client_id}: ${detail}`, { cause })
      }
      const index = all.findIndex(({ client_id }) => client_id === client.client_id)
      if (index === -1) all.push(client)
      else all[index] = client
      return client
    },
  }
}

function withDefaults(input: TestClientInput): TestClient {
  const secretless = ['none', 'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth']
  const needsSecret = !secretless.includes(input.token_endpoint_auth_method ?? '')
  return {
    client_name: 'Test app',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types: ['code'],
    ...(needsSecret ? {} : { grant_types: ['authorization_code', 'refresh_token'] }),
    ...input,
    client_id: input.client_id ?? `client-${randomBytes(4).toString('hex')}`,
    client_secret: input.client_secret ?? (needsSecret ? randomBytes(32).toString('base64url') : ''),
    redirect_uris: input.redirect_uris ?? ['http://127.0.0.1/callback'],
  }
}
