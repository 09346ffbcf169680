import { type RoutesMemory, routesMemory, type WebOptions } from '@oauth/core/routes'
import { type Operator, type Store, warnOfSessionsInMemory } from '@oauth/core/session'

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
  warnOfSessionsInMemory(store, operator())
  shared.local ??= store
  return { memory: shared.memory, store: shared.local }
}

/** There is no other way to an operator on every runtime of Next's, and a bundler puts the mode into the code. */
function operator(): Operator {
  return {
    isInProduction: process.env['NODE_ENV'] === 'production',
    // biome-ignore lint/suspicious/noConsole: see above
    warn: ({ code, message }) => console.warn(`${code}: ${message}`),
  }
}
