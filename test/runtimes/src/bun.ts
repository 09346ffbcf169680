import { installed } from './installed.ts'
import type { Runtime } from './runtime.ts'
import { runScript } from './script-runtime.ts'

const FOUND = installed('bun', 'bin/bun')

export const BUN: Runtime = {
  name: 'Bun',
  identity: FOUND && { userAgent: new RegExp(`^Bun/${FOUND.version}$`), version: FOUND.version, nodeCrypto: true },
  tellsFailures: true,
  explains: true,
  run: (controlUrl) => runScript(FOUND?.file ?? '', ['run', '--no-install'], controlUrl),
}
