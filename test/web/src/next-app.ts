import { join } from 'node:path'
import type { App, AppOptions, Framework } from './framework.ts'
import { buildNextApp, type NextBuild } from './next-app-build.ts'
import { type Program, startApp } from './start-app.ts'

/** What is built for the tests. */
export const NEXT_16: NextBuild = { version: 'next' }
export const NEXT_15: NextBuild = { version: 'next15' }
export const NEXT_15_ON_NODE: NextBuild = { version: 'next15', middleware: 'nodejs' }
/** The lowest version of 16. */
export const NEXT_16_LOWEST: NextBuild = { version: 'next16' }
export const NEXT_16_BELOW_A_PATH: NextBuild = { version: 'next', basePath: '/shop' }

/** Applications for Next in production: 16, whose `proxy.ts` runs on Node, and 15, whose `middleware.ts` runs on the edge runtime. */
export const nextFrameworks: readonly Framework[] = [nextFramework('next 16', NEXT_16), nextFramework('next 15 on the edge', NEXT_15)]

/**
 * The same, listening on the host that Next calls itself in `request.nextUrl`. On another one it takes a rewrite to a page of its own for one to another
 * server, asks itself for it, and passes on what the page says to caches.
 */
export const nextAtLocalhost: readonly Framework[] = [
  nextFramework('next 16', NEXT_16, 'localhost'),
  nextFramework('next 15 on the edge', NEXT_15, 'localhost'),
]

/** Next 15 whose `middleware.ts` runs on Node, as the guide has it: in the process of the rest. */
export const next15OnNode: Framework = nextFramework('next 15 on Node', NEXT_15_ON_NODE)

/** The lowest version of 16 that the package is for, whose Turbopack knows fewer names of Next's modules on the edge runtime. */
export const next16Lowest: Framework = nextFramework('next 16.2', NEXT_16_LOWEST)

/** Next 16 with the `basePath` of its own. */
export const nextBelowAPath: Framework = nextFramework('next 16', NEXT_16_BELOW_A_PATH)

function nextFramework(name: Framework['name'], build: NextBuild, hostname = '127.0.0.1'): Framework {
  let program: Promise<Program> | undefined
  return {
    name,
    async start(options: AppOptions): Promise<App> {
      program ??= buildNextApp(build).then((folder) => started(folder, build, hostname))
      return startApp(await program, options)
    },
  }
}

function started(folder: string, { basePath }: NextBuild, hostname: string): Program {
  return {
    args: [join(folder, 'node_modules/next/dist/bin/next'), 'start', '--hostname', hostname, '--port', '0'],
    cwd: folder,
    env: { NEXT_TELEMETRY_DISABLED: '1' },
    basePath,
    address: (output) => (/\bReady in\b/.test(output) ? /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(output)?.[0] : undefined),
  }
}
