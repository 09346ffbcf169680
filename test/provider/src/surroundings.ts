import { randomBytes } from 'node:crypto'
import { startProvider, type TestProvider } from './provider.ts'
import { type ResourceServer, startResourceServer } from './resource-server.ts'

/** Options of {@link startSurroundings}. */
export interface SurroundingsOptions {
  /** Seconds that the first provider's access tokens live, or a function that is asked at each one. */
  readonly accessTokenTtl?: number | (() => number)
}

/** How an application is registered. */
export interface Registration {
  /** What the providers call it on their pages. */
  readonly name: string
  /** Where browsers find it. */
  readonly baseUrl: string
  /** Where the providers' servers find it, when that is not where browsers do. */
  readonly internalUrl?: string
}

/** Two providers to sign in with, and an API that takes the tokens of the first. */
export interface Surroundings {
  readonly example: TestProvider
  readonly forge: TestProvider
  readonly api: ResourceServer
  /** Makes clients of an application, and returns what it has to be told of them, and of the API, as environment variables. */
  register(registration: Registration): Promise<Readonly<Record<string, string>>>
  close(): Promise<void>
}

/** Starts what the example applications need around them. Secrets are made here and gone at the end. */
export async function startSurroundings({ accessTokenTtl = 3600 }: SurroundingsOptions = {}): Promise<Surroundings> {
  const example = await startProvider({ accessTokenTtl })
  const forge = await startProvider({ host: 'localhost' })
  const api = await startResourceServer({ provider: example })

  async function register({ name, baseUrl, internalUrl = baseUrl }: Registration): Promise<Readonly<Record<string, string>>> {
    const variables: Record<string, string> = {
      BASE_URL: baseUrl,
      API_URL: api.url,
      SESSION_SECRET: randomBytes(32).toString('base64url'),
    }
    for (const [at, provider] of Object.entries({ example, forge })) {
      const client = await provider.addClient({
        client_id: name.toLowerCase().replaceAll(/\W+/g, '-'),
        client_name: name,
        redirect_uris: [`${baseUrl}/auth/${at}/callback`],
        post_logout_redirect_uris: [`${baseUrl}/`],
        backchannel_logout_uri: `${internalUrl}/auth/${at}/backchannel-logout`,
      })
      variables[`${at.toUpperCase()}_ISSUER`] = provider.issuer
      variables[`${at.toUpperCase()}_CLIENT_ID`] = client.client_id
      variables[`${at.toUpperCase()}_CLIENT_SECRET`] = client.client_secret
    }
    return variables
  }

  async function close(): Promise<void> {
    await api.close()
    await forge.close()
    await example.close()
  }
  return { example, forge, api, register, close }
}
