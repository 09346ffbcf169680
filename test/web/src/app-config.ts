import { defaultEnvironment, type Environment, type OAuthEvent } from '@oauth/core/adapter'
import type { WebOptions } from '@oauth/core/routes'
import { memoryStore } from '@oauth/core/session'
import type { AppOptions } from './framework.ts'
import { remoteStore } from './remote-store.ts'

/** Name of the environment variable that an application finds its configuration in, as JSON. */
export const APP_CONFIG = 'APP_CONFIG'

/** What the process of an application is told. */
export interface AppConfig extends AppOptions {
  readonly baseUrl: string
  readonly secret: string | readonly string[]
}

/** The configuration of this process. */
export function appConfig(text: string | undefined = process.env[APP_CONFIG]): AppConfig {
  if (text === undefined) throw new TypeError(`${APP_CONFIG} is not set.`)
  return JSON.parse(text) as AppConfig
}

/** The options of `oauth()` that a configuration says. */
export function oauthOptions({ baseUrl, secret, providers, paths, session, store, afterLogout, ahead = 0 }: AppConfig): WebOptions<never> {
  return {
    baseUrl,
    secret,
    providers,
    environment: { ...clockAhead(ahead), emit: print },
    ...(paths === undefined ? {} : { paths }),
    ...(session === undefined ? {} : { session }),
    ...(store === undefined ? {} : { store: store === 'memory' ? memoryStore() : remoteStore(store) }),
    ...(afterLogout === undefined ? {} : { afterLogout }),
  }
}

/** Has the application print what it is told. */
function print({ type, detail }: OAuthEvent): void {
  console.log(`${type}: ${detail}`)
}

function clockAhead(seconds: number): Environment {
  const machine = defaultEnvironment()
  return { ...machine, now: () => machine.now() + seconds, monotonic: () => machine.monotonic() + seconds * 1000 }
}
