import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestProvider } from '@oauth-test/provider'
import type { Order } from './app.ts'
import type { App } from './apps/app.ts'
import type { AppName } from './apps.ts'

/** An application in a process of its own, so that its CPU time is known apart from that of the provider and the browser. */
export interface AppProcess {
  readonly name: AppName
  readonly url: string
  /** Where a login begins. */
  readonly loginUrl: string
  /** CPU time in µs that the process has used so far, all its threads included. */
  cpu(): Promise<number>
  close(): Promise<void>
}

/** Starts it, as a client of the provider. */
export async function startApp(name: AppName, provider: TestProvider): Promise<AppProcess> {
  const child = fork(join(import.meta.dirname, 'app.ts'), [name])
  const exited = once(child, 'exit')
  const app = (await answer(child, exited)) as { readonly origin: string } & Omit<App, 'create'>

  async function order(given: Order): Promise<unknown> {
    child.send(given)
    return await answer(child, exited)
  }

  const client = await provider.addClient({
    client_id: name,
    redirect_uris: [`${app.origin}${app.callback ?? '/none'}`],
    token_endpoint_auth_method: app.authentication ?? 'client_secret_basic',
  })
  await order({ create: { issuer: provider.issuer, clientId: client.client_id, clientSecret: client.client_secret } })
  return {
    name,
    url: `${app.origin}/`,
    loginUrl: `${app.origin}${app.login ?? '/'}`,
    cpu: async () => Number(await order('cpu')),
    async close() {
      child.disconnect()
      await exited
    },
  }
}

async function answer(child: ChildProcess, exited: Promise<unknown>): Promise<unknown> {
  const ended = exited.then(() => Promise.reject(new Error('An application of the bench ended before it answered.')))
  const [message] = (await Promise.race([once(child, 'message'), ended])) as unknown[]
  return message
}
