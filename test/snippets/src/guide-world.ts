import {
  createBrowser,
  type HostileServer,
  login,
  type Page,
  passwordOf,
  type ResourceServer,
  startHostileServer,
  startProvider,
  startResourceServer,
  type TestClientInput,
  type TestProvider,
} from '@oauth-test/provider'
import type { Replacements } from './guide.ts'

/** Where the guides have people come back to. */
export const CALLBACK = 'https://app.example/callback'

/** What the guides call their application, and where it is. */
const APP = { client_id: 'my-app', client_secret: 'my-secret', redirect_uris: [CALLBACK] }

/** The servers that the blocks of a guide speak to. */
export interface GuideWorld {
  readonly provider: TestProvider
  readonly api: ResourceServer
  /** An authorization server and an API in one, for what the provider does not do, and for looking at what was sent. */
  readonly scripted: HostileServer
  /** Where the provider and its API are, for all blocks. */
  readonly real: Replacements
  /** The same of the scripted server. */
  readonly script: Replacements
  /** Registers the application of the guides anew, with this beside its name. */
  register(metadata?: TestClientInput): Promise<void>
  /** Alice follows an authorization URL. Returns what her browser brings back: the address, or the form that the page posts. */
  comeBack(url: string): Promise<string>
  postBack(url: string): Promise<URLSearchParams>
  readonly passwordOf: typeof passwordOf
  close(): Promise<void>
}

/** Starts them. The application of the guides is registered as they have it. */
export async function startGuideWorld(): Promise<GuideWorld> {
  const provider = await startProvider()
  const api = await startResourceServer({ provider })
  const scripted = await startHostileServer()
  const register = async (metadata: TestClientInput = {}) => {
    await provider.addClient({ grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], ...APP, ...metadata })
  }
  await register()

  async function visit(url: string): Promise<Page> {
    const browser = createBrowser({ stopAt: ({ href }) => href.startsWith('https://app.example/') })
    return login(await browser.goto(url), { username: 'alice' })
  }

  return {
    provider,
    api,
    scripted,
    real: { 'https://as.example': provider.issuer, 'https://api.example': api.url },
    script: { 'https://as.example': scripted.url, 'https://api.example': scripted.url },
    register,
    comeBack: async (url) => (await visit(url)).url,
    async postBack(url) {
      const { forms } = await visit(url)
      const posted = forms.find(({ action }) => action.startsWith('https://app.example/'))
      return new URLSearchParams(posted?.defaults.map(({ name, value }): [string, string] => [name, value]))
    },
    passwordOf,
    async close() {
      await scripted.close()
      await api.close()
      await provider.close()
    },
  }
}

/** The parameters of each token request that the scripted server has got, oldest first. */
export function tokenForms(scripted: HostileServer): readonly Readonly<Record<string, string>>[] {
  return scripted.requestsTo('token').map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
}
