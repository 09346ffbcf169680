import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { start } from '@oauth-example/nextjs-ky/start'
import type { Application } from './application.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** `examples/nextjs-ky`: a production build, in a process of its own. */
export const nextjs: Application = {
  name: 'nextjs-ky',
  title: 'Next.js and ky',
  knowsBasePath: true,
  async start(options) {
    await build(options.basePath)
    return start(options)
  },
}

/** Builds what is not built yet, which turbo knows: without a path it is what `pnpm build` has built, so long as the variable is not even empty. */
async function build(basePath: string): Promise<void> {
  // vitest sets the first to what is no way to build.
  const { NODE_ENV: _, BASE_PATH: __, ...env } = process.env
  await promisify(execFile)(`${ROOT}node_modules/.bin/turbo`, ['run', 'build', '--filter=@oauth-example/nextjs-ky'], {
    cwd: ROOT,
    env: basePath === '' ? env : { ...env, BASE_PATH: basePath },
  })
}
