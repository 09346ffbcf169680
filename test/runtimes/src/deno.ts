import { installed } from './installed.ts'
import type { Runtime } from './runtime.ts'
import { runScript } from './script-runtime.ts'

const FOUND = installed('deno', 'deno')

/** Without any permission but that to reach the servers. */
const ARGS = ['run', '--no-prompt', '--no-lock', '--no-remote', '--node-modules-dir=manual', '--allow-net=127.0.0.1,nonexistent.invalid']

export const DENO: Runtime = {
  name: 'Deno',
  identity: FOUND && { userAgent: new RegExp(`^Deno/${FOUND.version}$`), version: FOUND.version, nodeCrypto: true },
  tellsFailures: true,
  explains: true,
  run: (controlUrl) => runScript(FOUND?.file ?? '', ARGS, controlUrl),
}
