import { type RoutesMemory, routesMemory, type WebOptions } from '@oauth/core/routes'
import type { Store } from '@oauth/core/session'

/** What an application's `oauth()` works with. */
interface ProcessWide {
  readonly memory: RoutesMemory
  /** The store that it was given; of those that no other process can reach, the first that the application was given. */
  readonly store: Store<unknown> | undefined
}

/** What all bundles of an application have in common. */
interface Shared {
  readonly memory: RoutesMemory
  local: Store<unknown> | undefined
}

/** A name in the process, for this form of what is kept under it. */
const PROCESS_WIDE = Symbol.for('@oauth/nextjs process-wide 1')

/**
 * What an application's `oauth()` shares with itself. Next evaluates a module once for the proxy, once for pages and again for actions, in one process: with
 * a memory each, two of them would renew the same token, of which a server that rotates them takes one. A module's own state cannot help, being as many.
 *
 * Next's edge runtime is another process in this respect.
 */
export function processWide({ baseUrl, session, store, environment }: Omit<WebOptions<never>, 'providers'>): ProcessWide {
  const holder: typeof globalThis & { [PROCESS_WIDE]?: Map<string, Shared> } = globalThis
  holder[PROCESS_WIDE] ??= new Map()
  const key = JSON.stringify([baseUrl, session?.name, session?.lifetime])
  const shared = holder[PROCESS_WIDE].get(key) ?? { memory: routesMemory({ environment, session }), local: undefined }
  holder[PROCESS_WIDE].set(key, shared)
  if (store?.local !== true) return { memory: shared.memory, store }
  if (shared.local === undefined && process.env['NODE_ENV'] === 'production') warnOfMemory()
  shared.local ??= store
  return { memory: shared.memory, store: shared.local }
}

/** Sessions in memory are those of one process, and gone with it, which nobody may notice before there are two. */
function warnOfMemory(): void {
  // biome-ignore lint/suspicious/noConsole: there is no other way to an operator on every runtime
  console.warn(
    'OAUTH_MEMORY_STORE: Sessions are in a store that this process alone can reach: others do not know them, and from memory they are gone with a restart. Take a store such as redisStore(client), or none, for sessions in cookies.',
  )
}
