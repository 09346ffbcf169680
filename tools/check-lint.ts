/**
 * Shows that the purity rules of `biome.json` bite: the core reads no clock, randomness, network or platform except in the two files that
 * may. An override whose glob matches nothing would look exactly like clean code, so each rule is run on code that breaks it.
 */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { finish } from './command.ts'
import { inTemporaryFolder, plant } from './temporary-folder.ts'

const GLOBALS = 'lint/style/noRestrictedGlobals'
const PROPERTIES = 'lint/nursery/noJsRestrictedProperties'

const IMPURE: Readonly<Record<string, string>> = {
  'fetch("https://op.example")': GLOBALS,
  'new Date()': GLOBALS,
  'Date.now()': GLOBALS,
  'performance.now()': GLOBALS,
  'setTimeout(() => {}, 1)': GLOBALS,
  'setInterval(() => {}, 1)': GLOBALS,
  'process.env': GLOBALS,
  'globalThis.fetch': GLOBALS,
  'Math.random()': PROPERTIES,
  'AbortSignal.timeout(1)': PROPERTIES,
  'crypto.getRandomValues(new Uint8Array(1))': PROPERTIES,
}

// Whether a file may do what the table lists; the file of jose/ may use `crypto` and nothing else.
const FILES: Readonly<Record<string, (code: string) => boolean>> = {
  'packages/core/src/flow/impure': () => false,
  'packages/core/src/session/impure': () => false,
  'packages/core/src/jose/impure': (code) => code.startsWith('crypto'),
  'packages/core/src/fetch': () => true,
  'packages/core/src/environment': () => true,
  'packages/core/src/flow/impure.test': () => true,
  'packages/node-got/src/impure': () => true,
}

const expected = new Set<string>()
const actual = await inTemporaryFolder((folder) => {
  copyFileSync('biome.json', join(folder, 'biome.json'))
  for (const [name, mayUse] of Object.entries(FILES)) {
    const lines = Object.entries(IMPURE).map(([code, rule], index) => {
      if (!mayUse(code)) expected.add(`${name}.ts:${index + 1} ${rule}`)
      return `export const value${index} = ${code}\n`
    })
    plant(folder, { [`${name}.ts`]: lines.join('') })
  }
  return report(folder)
})

const wrong = [
  ...[...expected.difference(actual)].map((finding) => `not reported: ${finding}`),
  ...[...actual.difference(expected)].map((finding) => `reported without reason: ${finding}`),
]
if (wrong.length > 0) {
  console.error(`The purity rules of biome.json do not hold what they promise.\n${wrong.join('\n')}`)
  process.exit(1)
}
console.log(`clean; the purity rules reported all ${expected.size} planted violations`)

function report(folder: string): Set<string> {
  const args = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json', `--config-path=${folder}`, folder]
  const { diagnostics } = JSON.parse(finish('biome', args).stdout) as { diagnostics: readonly Diagnostic[] }
  const purity = diagnostics.filter(({ category, severity }) => (category === GLOBALS || category === PROPERTIES) && severity === 'error')
  return new Set(purity.map(({ category, location }) => `${location.path.slice(folder.length + 1)}:${location.start.line} ${category}`))
}

interface Diagnostic {
  readonly category: string
  readonly severity: string
  readonly location: { readonly path: string; readonly start: { readonly line: number } }
}
