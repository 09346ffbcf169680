/**
 * Compiles the TypeScript of README.md and docs/ that is marked `ts check`, against the packages as built. Each block is a module of
 * its own. One that is marked `ts check ky` is compiled a second time, for ky. Those that are marked `file=…` are the files of one application for each page. Code that a reader copies has to compile, and nobody notices by reading that it no longer does.
 *
 * In the guides of the sessions each block is also run by a test (`run=…`), or says why it is not (`unrun="…"`).
 */
import { existsSync, globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { finish } from './command.ts'
import { asModule, forKy, runFindings, snippetsOf } from './snippets.ts'
import { inTemporaryFolder, plant } from './temporary-folder.ts'
import { publishedPackages } from './workspace.ts'

const OPTIONS = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
  target: 'ES2023',
  lib: ['ES2023', 'DOM'],
  module: 'NodeNext',
  jsx: 'preserve',
  types: ['node'],
}

/** Pages whose every block is run. */
const GUIDES = ['docs/session.md', 'docs/from-authlib.md', 'docs/got.md', 'docs/ky.md']

/** As in a new application of Next. */
const APP_OPTIONS = { ...OPTIONS, module: 'ESNext', moduleResolution: 'Bundler', jsx: 'react-jsx', paths: { '@/*': ['./*'] } }

const pages = globSync(['README.md', 'docs/**/*.md', 'packages/*/README.md'], { exclude: (path) => path.includes('node_modules') })
const snippets = pages.flatMap((page) => snippetsOf(readFileSync(page, 'utf8')).map((snippet) => ({ page, ...snippet })))
const checked = snippets
  .filter((snippet) => snippet.checked)
  .flatMap((snippet) => [{ ...snippet, client: '' }, ...(snippet.onKy ? [{ ...snippet, ...forKy(snippet), client: 'ky.' }] : [])])

if (checked.length === 0 && existsSync('README.md')) fail('README.md exists, and no block in it or docs/ is marked `ts check`')
const findings = GUIDES.flatMap((page) =>
  runFindings(
    page,
    snippets.filter((snippet) => snippet.page === page),
  ),
)
if (findings.length > 0) fail(findings.join('\n'))
if (checked.length > 0) {
  const errors = await inTemporaryFolder(compile)
  if (errors !== '') fail(errors)
}
const notice = existsSync('README.md') ? '' : ', there is no README.md yet'
const unmarked = snippets.filter((snippet) => !snippet.checked)
console.log(`${checked.length} snippets compile, ${unmarked.length} are not marked${notice}`)

function compile(folder: string): string {
  linkPackages(join(folder, 'node_modules'))
  plant(folder, { 'package.json': '{ "type": "module" }' })
  // A declaration such as that of `Register` holds for a whole program, so a snippet that has one is a program of its own.
  const modules = checked.filter(({ file }) => file === undefined)
  const apps = pages.map((page) => checked.filter((snippet) => snippet.page === page && snippet.file !== undefined))
  return [
    ...programs(modules).map((program) => compileProgram(folder, program)),
    ...apps.filter(({ length }) => length > 0).map((app) => compileApp(folder, app)),
  ].join('')
}

function programs(all: typeof checked): readonly (typeof checked)[] {
  const declares = ({ code }: { code: string }) => /^\s*declare (?:module|global)\b/m.test(code)
  const others = all.filter((snippet) => !declares(snippet))
  return [...(others.length > 0 ? [others] : []), ...all.filter(declares).map((snippet) => [snippet])]
}

function compileProgram(folder: string, program: typeof checked): string {
  const files = program.map(({ page, line, client, extension }) => `${page}.${line}.${client}${extension}`)
  plant(folder, Object.fromEntries(program.map((snippet, index) => [files[index], asModule(snippet)])))
  return compileFiles(folder, files, OPTIONS)
}

function compileApp(folder: string, app: typeof checked): string {
  const root = join(folder, `${app[0]?.page}.app`)
  const files = Object.fromEntries(app.map((snippet) => [snippet.file ?? '', asModule(snippet)]))
  if (Object.keys(files).length < app.length) return `${app[0]?.page}: two snippets are marked with the same file=\n`
  plant(root, files)
  return compileFiles(root, Object.keys(files), APP_OPTIONS)
}

function compileFiles(folder: string, files: readonly (string | undefined)[], compilerOptions: object): string {
  plant(folder, { 'tsconfig.json': JSON.stringify({ compilerOptions, files }) })
  const { status, stdout, stderr } = finish('tsc', ['-p', '.'], folder)
  return status === 0 ? '' : stdout + stderr
}

/** What a reader has installed: the packages, what these depend on or ask for, and the types of it. */
function linkPackages(modules: string): void {
  const links = new Map([['@types/node', join(process.cwd(), 'node_modules/@types/node')]])
  for (const { folder, manifest } of publishedPackages()) {
    links.set(manifest.name, folder)
    const types = Object.keys(manifest.devDependencies ?? {}).filter((name) => name.startsWith('@types/'))
    for (const name of [...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }), ...types]) {
      if (!links.has(name)) links.set(name, join(folder, 'node_modules', name))
    }
  }
  for (const [name, target] of links) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(target, join(modules, name))
  }
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
