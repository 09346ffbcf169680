import { startProvider } from '@oauth-test/provider'
import { type AppProcess, startApp } from './app-process.ts'
import { visit } from './app-visitor.ts'
import type { AppName } from './apps.ts'
import type { Comparison, Peer } from './compare.ts'
import type { Elsewhere } from './rounds.ts'

const TARGETS = {
  'express-openid-connect': { atMost: 0.75 },
  'openid-client': {},
  'passport-openidconnect': {},
} satisfies Partial<Record<AppName, Omit<Peer, 'run'>>>

/** A login by redirect at oidc-provider, from the application and back to it: the CPU time of the application's process. */
export async function* fullLogin(): AsyncGenerator<Comparison, void> {
  const provider = await startProvider({ claimsInIdToken: true, pkceRequired: false })
  const apps: AppProcess[] = []
  const closing: (() => void)[] = []

  async function contender(name: AppName): Promise<Elsewhere> {
    const app = await startApp(name, provider)
    apps.push(app)
    const { logIn, close } = await visit(app)
    closing.push(close)
    return { run: logIn, cpu: app.cpu }
  }

  try {
    const ours = await contender('ours')
    const peers: Record<string, Peer> = {}
    for (const name of Object.keys(TARGETS) as (keyof typeof TARGETS)[]) peers[name] = { ...TARGETS[name], run: await contender(name) }
    yield { job: 'a login at oidc-provider', ours, peers, plan: { rounds: 15, operations: 60 } }
  } finally {
    for (const close of closing) close()
    for (const app of apps) await app.close()
    await provider.close()
  }
}
