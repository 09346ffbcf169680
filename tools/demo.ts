/** Builds what a demo needs, and runs it: that of the Express example, or with `--nextjs` that of the Next one. */
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'

const given = process.argv.slice(2)
const nextjs = given.includes('--nextjs')
const filter = nextjs ? '--filter=@oauth-example/nextjs-ky' : '--filter=@oauth-example/express-got^...'

run('node_modules/.bin/turbo', ['run', 'build', filter, '--output-logs=errors-only'])
run(process.execPath, [`examples/${nextjs ? 'nextjs-ky' : 'express-got'}/demo.ts`, ...given])

function run(file: string, args: readonly string[]): void {
  const { status, error } = spawnSync(file, args, { cwd: dirname(import.meta.dirname), stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}
