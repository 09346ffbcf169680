import { startProvider } from '@oauth-test/provider'
import { type AppProcess, startApp } from './app-process.ts'
import { GREETING, visit } from './app-visitor.ts'
import type { AppName } from './apps.ts'
import type { Comparison, Peer } from './compare.ts'
import { pageRequests } from './page-requests.ts'
import type { Elsewhere } from './rounds.ts'

const TARGETS = {
  bare: { atMost: 3 },
  'by-hand': {},
  'express-session': {},
  'express-openid-connect': {},
  'iron-session': {},
} satisfies Partial<Record<AppName, Omit<Peer, 'run'>>>

/** A page for people who are logged in, whose session is in a cookie: the CPU time of the application's process. */
export async function* loggedInPage(): AsyncGenerator<Comparison, void> {
  const provider = await startProvider({ claimsInIdToken: true })
  const apps: AppProcess[] = []
  const closing: (() => void)[] = []

  async function contender(name: AppName): Promise<Elsewhere> {
    const app = await startApp(name, provider)
    apps.push(app)
    const visitor = await visit(app)
    visitor.close()
    const { request, close } = pageRequests(app.url, { cookie: visitor.cookie, expected: GREETING })
    closing.push(close)
    return { run: request, cpu: app.cpu }
  }

  try {
    const ours = await contender('ours')
    const peers: Record<string, Peer> = {}
    for (const name of Object.keys(TARGETS) as (keyof typeof TARGETS)[]) peers[name] = { ...TARGETS[name], run: await contender(name) }
    yield {
      job: 'a page for a person who is logged in, session in a cookie',
      ours,
      peers,
      plan: { rounds: 15, operations: 600, width: 16 },
    }
  } finally {
    for (const close of closing) close()
    for (const app of apps) await app.close()
    await provider.close()
  }
}
