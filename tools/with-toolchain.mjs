/**
 * Installs the workspace and runs one of its scripts with the pinned Node and pnpm, whatever the machine has: Node >= 20 and
 * npm are enough. Started by a pnpm >= 11 on a Node that runs TypeScript (22.18 and later), it uses those two as they are.
 */
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE = '24.21.0'
const PNPM = '11.28.10'

const [script, ...rest] = process.argv.slice(2)
const pnpm = /^pnpm\/(\d+)/.exec(process.env.npm_config_user_agent ?? '')?.[1] ?? '0'
const ready = Number(pnpm) >= 11 && Boolean(process.features.typescript)

const words = rest.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
// Silent, so that the script has the last word: pnpm would add a line of its own when it fails.
const command = `pnpm install --frozen-lockfile && pnpm --silent run ${script} ${words}`
const [file, args] = ready ? ['sh', ['-c', command]] : ['npx', ['--yes', '-p', `node@${NODE}`, '-p', `pnpm@${PNPM}`, '-c', command]]

const { status, error } = spawnSync(file, args, {
  cwd: dirname(dirname(fileURLToPath(import.meta.url))),
  stdio: 'inherit',
  env: { ...process.env, npm_config_update_notifier: 'false', TURBO_TELEMETRY_DISABLED: '1', NEXT_TELEMETRY_DISABLED: '1' },
})
if (error) throw error
process.exit(status ?? 1)
