/** What a runtime says of itself: proof that the suite ran there. */
export interface Identity {
  readonly userAgent: string
  /** Where the runtime has an API that tells. */
  readonly version?: string
  /** Whether Node's crypto module was found, as `defaultEnvironment` looks for it. */
  readonly nodeCrypto: boolean
}

interface Globals {
  readonly Deno?: { readonly version: { readonly deno: string } }
  readonly Bun?: { readonly version: string }
  readonly process?: {
    readonly versions?: { readonly node?: string }
    readonly getBuiltinModule?: (name: string) => unknown
  }
}

/** Asks the runtime which one it is. */
export function identity(): Identity {
  const { Deno, Bun, process } = globalThis as Globals
  const { userAgent } = navigator
  // Deno, Bun and workerd also have the version of the Node that they resemble.
  const version = Deno?.version.deno ?? Bun?.version ?? (userAgent.startsWith('Node.js/') ? process?.versions?.node : undefined)
  return {
    userAgent,
    ...(version === undefined ? {} : { version }),
    nodeCrypto: process?.getBuiltinModule?.('node:crypto') !== undefined,
  }
}
