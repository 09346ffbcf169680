import {
  allowEveryOrigin,
  createBrowser,
  listen,
  login,
  startHostileServer,
  startProvider,
  startResourceServer,
  type TestProvider,
} from '@oauth-test/provider'
import { register } from './clients.ts'
import { closedAddress } from './closed-address.ts'
import { answerElsewhere, misbehave } from './hostile-answers.ts'
import type { Settings } from './suite/case.ts'

/** All servers that one run of the suite needs. */
export interface World {
  /** Where the suite gets its settings, and asks for what a person does. */
  readonly controlUrl: string
  close(): Promise<void>
}

/** An application that no server has: a browser is stopped on its way there. */
const BASE_URL = 'http://127.0.0.1'

/** Starts the servers. Each runtime has its own, since some cases end the tokens of all. */
export async function startWorld({ tellsFailures, explains }: Pick<Settings, 'tellsFailures' | 'explains'>): Promise<World> {
  const provider = await startProvider({ cors: true })
  const api = await startResourceServer({ provider, cors: true })
  const hostile = await startHostileServer()
  const elsewhere = await startHostileServer()
  const closed = await closedAddress()
  misbehave(hostile, elsewhere.url)
  answerElsewhere(elsewhere)
  const settings: Settings = {
    issuer: provider.issuer,
    api: api.url,
    hostile: hostile.url,
    elsewhere: elsewhere.url,
    closed: closed.url,
    baseUrl: BASE_URL,
    ...(await register(provider, BASE_URL)),
    tellsFailures,
    explains,
  }
  const control = await startControl(provider, settings)
  return {
    controlUrl: control.url,
    async close() {
      await Promise.all([control, closed, elsewhere, hostile, api, provider].map((server) => server.close()))
    },
  }
}

function startControl(provider: TestProvider, settings: Settings) {
  const actions: Readonly<Record<string, (query: URLSearchParams) => string | Promise<string>>> = {
    '/settings': () => JSON.stringify(settings),
    '/login': (query) => callbackOf(query.get('url') ?? ''),
    '/expire-access-tokens': () => String(provider.expireAccessTokens()),
    '/refreshes': () => String(provider.tokenRequests('refresh_token')),
  }
  const control = allowEveryOrigin(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', BASE_URL)
    try {
      response.end((await actions[pathname]?.(searchParams)) ?? 'no such action')
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  return listen(control)
}

/** A person logs in with a browser of their own. */
async function callbackOf(url: string): Promise<string> {
  const browser = createBrowser({ stopAt: ({ origin }) => origin === BASE_URL })
  const { url: callback } = await login(await browser.goto(url), { username: 'alice' })
  return callback
}
