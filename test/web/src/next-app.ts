import { join } from 'node:path'
import type { App, AppOptions, Framework } from './framework.ts'
import { buildNextApp, type NextVersion } from './next-app-build.ts'
import { type Program, startApp } from './start-app.ts'

/** Applications for Next in production: 16, whose `proxy.ts` runs on Node, and 15, whose `middleware.ts` runs on the edge runtime. */
export const nextFrameworks: readonly Framework[] = [nextFramework('next 16', 'next'), nextFramework('next 15 on the edge', 'next15')]

function nextFramework(name: Framework['name'], version: NextVersion): Framework {
  let program: Promise<Program> | undefined
  return {
    name,
    async start(options: AppOptions): Promise<App> {
      program ??= buildNextApp(version).then(started)
      return startApp(await program, options)
    },
  }
}

function started(folder: string): Program {
  return {
    args: [join(folder, 'node_modules/next/dist/bin/next'), 'start', '--hostname', '127.0.0.1', '--port', '0'],
    cwd: folder,
    env: { NEXT_TELEMETRY_DISABLED: '1' },
    address: (output) => (/\bReady in\b/.test(output) ? /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] : undefined),
  }
}
