import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Violation } from './import-graph.ts'
import { ENTRIES, LAYERS } from './import-rules.ts'
import { plant } from './temporary-folder.ts'

/** A folder (or a file), what is imported there, and the rules that break; none for an import that is allowed. */
type Case = readonly [from: string, code: string, ...rules: string[]]

const ABOVE = LAYERS.slice(0, -1).map(
  (layer, index): Case => [
    `core/src/${layer.at(-1)}/`,
    `import '../${LAYERS[index + 1]?.[0]}/a.js'`,
    `core/${layer.join(', ')} -> what lies above`,
  ],
)

const CASES: readonly Case[] = [
  ...ABOVE,
  ['core/src/error/', "import '../route/a.js'", 'core/error -> what lies above'],
  ['core/src/error/', "import type { A } from '../session/a.js'", 'core/error -> what lies above'],
  ['core/src/message/', "export { a } from '../flow/a.js'", 'core/message -> what lies above'],
  ['core/src/message/', "const a = import('../flow/a.js')", 'core/message -> what lies above'],
  ['core/src/transaction/', "import '../http/a.js'", 'core/transaction -> values other than errors'],
  ['core/src/flow/', "import '../index.js'", 'core folder -> entry file'],
  ['core/src/preset/', "import { a } from '../session/a.js'", 'core/preset -> values'],
  ['core/src/utils/', "import '../error/a.js'", 'core folder without a layer'],
  ['core/src/environment.ts', "import './error/a.js'", 'core/environment.ts -> anything'],
  ['core/src/flow/', "import { a } from '../environment.js'", 'core below session -> environment as a value'],
  ['core/src/fetch.ts', "import { a } from './flow/a.js'", 'core/fetch.ts -> values other than errors and http'],
  ['core/src/jose/', "import 'node:crypto'", 'core -> node:'],
  ['core/src/http/', "import 'got'", 'core -> npm other than jose'],
  ['core/src/session/', "import 'jose'", 'core outside jose/ -> jose'],
  ['node-got/src/', "import '../../core/src/adapter.js'", 'package -> file of another package'],
  ['node-got/src/', "import '../../core/src/flow/a.js'", 'package -> file of another package', 'package -> core other than its subpaths'],
  ['node-got/src/', "import '@oauth/core/src/flow/a.ts'", 'package -> core other than its subpaths'],
  ['node-got/src/', "import '@oauth/ky'", 'package -> another package than core'],
  ['node-got/src/', "import { a } from '@oauth/core'", 'package -> value of the root of core'],
  ['node-got/src/', "import 'jose'", 'package -> npm other than its peer'],
  ['ky/src/', "import 'node:http'", 'ky, nextjs -> node:'],
  ['nextjs/src/', "import 'node:crypto'", 'ky, nextjs -> node:'],
  ['express/src/', "import 'jose'", 'express -> npm other than its peer and on-headers'],
  ['conformance/src/', "import '@oauth/core/routes'", 'conformance -> core other than adapter and session'],
  ['conformance/src/', "import 'vitest'", 'conformance -> npm', 'package -> npm other than its peer'],
  ['core/src/flow/', "import './a.test.js'", 'source -> test'],
  ['core/src/flow/', "import './missing.js'", 'source -> what does not resolve'],
  ['core/src/flow/circle.ts', "import './circle.js'", 'cycle'],
  ['core/src/route/', "import '../error/a.js'; import '../session/a.js'; import { a } from '../environment.js'"],
  ['core/src/metadata/', "import '../proof/a.js'; import type { A } from '../environment.js'"],
  ['core/src/transaction/', "import '../error/a.js'; import type { A } from '../http/a.js'"],
  ['core/src/message/', "import '../transaction/a.js'; import '../jose/a.js'"],
  ['core/src/jose/', "import 'jose'; import './a.js'"],
  ['core/src/flow/free.test.ts', "import '../route/a.js'; import 'node:fs'; import 'jose'"],
  ['core/test/', "import '../src/route/a.js'; import 'node:fs'"],
  ['node-got/src/', "import 'node:http'; import 'got'; import '@oauth/core/session'; import type { A } from '@oauth/core'"],
  ['express/src/', "import 'got'; import 'on-headers'; import '@oauth/core/routes'"],
  ['node-got/test/', "import '@oauth/ky'; import 'vitest'"],
  ['conformance/src/', "import '@oauth/core/adapter'; import '@oauth/core/session'; import 'node:http'"],
]

/** Writes a small workspace of the same layout in which each case is one file, and returns the violations that must be found there. */
export function plantImports(workspace: string): readonly Pick<Violation, 'rule' | 'from'>[] {
  const file = "export const a = 1\nexport type A = 'a'\n"
  for (const name of ['jose', 'got', 'vitest', 'on-headers']) {
    plant(join(workspace, 'node_modules', name), { 'package.json': JSON.stringify({ name, main: 'index.js' }), 'index.js': '' })
  }
  mkdirSync(join(workspace, 'node_modules/@oauth'))
  for (const name of ['core', 'ky', 'node-got', 'express', 'nextjs', 'conformance']) {
    plant(join(workspace, 'packages', name), { 'package.json': manifest(name), 'src/index.ts': file })
    symlinkSync(join(workspace, 'packages', name), join(workspace, 'node_modules/@oauth', name))
  }
  for (const name of [...ENTRIES, 'environment', 'flow/a.test', ...LAYERS.flat().map((layer) => `${layer}/a`)]) {
    plant(join(workspace, 'packages/core/src'), { [`${name}.ts`]: file })
  }
  return CASES.flatMap(([from, code, ...rules], index) => {
    const path = `packages/${from.endsWith('/') ? `${from}case-${index}.ts` : from}`
    plant(workspace, { [path]: `${code}\n${file}` })
    return rules.map((rule) => ({ rule, from: path }))
  })
}

function manifest(name: string): string {
  const subpath = (entry: string) => [entry === 'index' ? '.' : `./${entry}`, `./src/${entry}.ts`]
  const exports = { ...Object.fromEntries(ENTRIES.map(subpath)), './src/*': './src/*' }
  return JSON.stringify({ name: `@oauth/${name}`, exports, dependencies: { jose: '6' }, peerDependencies: { got: '16' } })
}
