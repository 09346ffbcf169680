import { type Installed, installed } from './installed.ts'
import type { Runtime } from './runtime.ts'
import { runScript } from './script-runtime.ts'

/** The Node that runs the tests. */
export const RUNNING_NODE: Runtime = node('Node, the one that runs the tests', { file: process.execPath, version: process.versions.node })

/** The oldest Node that is supported, and the newest there is. Their packages exist for the platform of CI. */
export const OTHER_NODES: readonly Runtime[] = [
  node('Node 22', installed('node22-linux-x64', 'bin/node')),
  node('Node 26', installed('node26-linux-x64', 'bin/node')),
]

function node(name: string, found: Installed | undefined): Runtime {
  const [major] = found?.version.split('.') ?? []
  return {
    name,
    identity: found && { userAgent: new RegExp(`^Node\\.js/${major}$`), version: found.version, nodeCrypto: true },
    tellsFailures: true,
    explains: true,
    run: (controlUrl) => runScript(found?.file ?? '', [], controlUrl),
  }
}
