import { defaultEnvironment } from '../environment.js'
import { LifeCycleMemory } from '../session/life-cycle-memory.js'
import { type CookieMemory, cookieMemory } from './cookie-memory.js'
import { type UsedAttempts, usedAttempts } from './used-attempts.js'
import { SESSION_LIFETIME, type WebOptions } from './web-options.js'

/** What a process remembers of sessions in cookies, of logins and of renewals. Those who share it may be of several copies of this library. */
export interface RoutesMemory {
  readonly cookies: CookieMemory
  readonly attempts: UsedAttempts
  readonly renewals: LifeCycleMemory
}

/** Makes a memory of nothing, for routes with these options. */
export function routesMemory({
  environment = defaultEnvironment(),
  session,
}: Pick<WebOptions<never>, 'environment' | 'session'>): RoutesMemory {
  return {
    cookies: cookieMemory(environment, session?.lifetime ?? SESSION_LIFETIME),
    attempts: usedAttempts(environment),
    renewals: new LifeCycleMemory(environment),
  }
}
