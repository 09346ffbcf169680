import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { App, AppOptions, Framework } from './framework.ts'
import { type Program, startApp } from './start-app.ts'

/** Applications for Express 5. */
export function expressFramework(): Framework {
  let program: Promise<Program> | undefined
  return {
    name: 'express',
    async start(options: AppOptions): Promise<App> {
      program ??= bundled()
      return startApp(await program, options)
    },
  }
}

/** The application as one file that Node can run as it is, made from the sources. */
async function bundled(): Promise<Program> {
  const outfile = join(tmpdir(), `express-app-${randomUUID()}.mjs`)
  await build({
    entryPoints: [join(import.meta.dirname, 'express-app.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@oauth/source'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  })
  process.once('exit', () => void rm(outfile, { force: true }))
  return {
    args: [outfile],
    address(output) {
      const port = /listening on (\d+)/.exec(output)?.[1]
      return port === undefined ? undefined : `http://127.0.0.1:${port}`
    },
  }
}
