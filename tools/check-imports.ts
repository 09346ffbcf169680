/**
 * Checks who imports whom, after showing on planted imports that every rule of `import-rules.ts` bites and none bites too much: a rule
 * whose pattern matches nothing looks exactly like a tidy code base.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkImports, type Violation } from './import-graph.ts'
import { ENTRIES, RULES } from './import-rules.ts'
import { plantImports } from './planted-imports.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const workspace = process.cwd()
const planted = await inTemporaryFolder(selfTest)
const { violations, imports } = await checkImports(workspace)
const findings = [
  ...violations.map(({ rule, from, to }) => `${from} -> ${to}\n  breaks: ${rule}`),
  ...ENTRIES.filter((entry) => entry !== 'fetch' && !reExportsOnly(entry)).map(
    (entry) => `packages/core/src/${entry}.ts has more than re-exports`,
  ),
]

if (findings.length > 0) {
  console.error(`${findings.join('\n')}\n${findings.length} imports in the wrong direction`)
  process.exit(1)
}
console.log(`${imports} imports, all in the right direction; ${RULES.length} rules reported all ${planted} planted violations`)

async function selfTest(folder: string): Promise<number> {
  const key = ({ rule, from }: Pick<Violation, 'rule' | 'from'>) => `${from}: ${rule}`
  const expected = plantImports(folder)
  const actual = new Set((await checkImports(folder)).violations.map(key))
  const wrong = [
    ...RULES.filter(({ name }) => !expected.some(({ rule }) => rule === name)).map(({ name }) => `no planted import breaks: ${name}`),
    ...[...new Set(expected.map(key)).difference(actual)].map((finding) => `not reported: ${finding}`),
    ...[...actual.difference(new Set(expected.map(key)))].map((finding) => `reported without reason: ${finding}`),
  ]
  if (wrong.length > 0) throw new Error(`The import rules do not hold what they promise.\n${wrong.join('\n')}`)
  return expected.length
}

function reExportsOnly(entry: string): boolean {
  const source = readFileSync(join(workspace, `packages/core/src/${entry}.ts`), 'utf8').replaceAll(/\/\*.*?\*\/|\/\/.*$/gms, '')
  return /^(?:\s*export (?:type \*|(?:type )?\{[^}]*\}) from '[^']+';?)*\s*$/.test(source)
}
