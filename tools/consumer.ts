import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { finish, succeed } from './command.ts'
import type { Tarball } from './tarball.ts'
import { plant } from './temporary-folder.ts'
import { importable, readManifest } from './workspace.ts'

const STRICT = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true, target: 'ES2023' }
const NODE = { ...STRICT, lib: ['ES2023'], types: ['node'] }

// Where each project looks for packages, and what it has for types of the platform. A browser has neither Node's types nor the adapters for Node.
const PROJECTS = {
  nodenext: { compilerOptions: { ...NODE, module: 'NodeNext' }, include: ['node/**/*.ts', 'browser/**/*.ts'] },
  bundler: { compilerOptions: { ...NODE, module: 'ESNext', moduleResolution: 'Bundler' }, include: ['node/**/*.ts', 'browser/**/*.ts'] },
  browser: {
    compilerOptions: { ...STRICT, lib: ['ES2023', 'DOM'], types: [], module: 'ESNext', moduleResolution: 'Bundler' },
    include: ['browser/**/*.ts'],
  },
  // What Next declares does not check without what it builds applications with.
  nextjs: {
    compilerOptions: {
      ...NODE,
      lib: ['ES2023', 'DOM'],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      skipLibCheck: true,
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: '.',
      outDir: 'declarations',
    },
    include: ['nextjs/**/*.ts'],
  },
  declarations: {
    compilerOptions: {
      ...NODE,
      module: 'NodeNext',
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: '.',
      outDir: 'declarations',
    },
    include: ['node/inferred-*.ts', 'browser/inferred-*.ts'],
  },
}

/** Packages that run in browsers, too, or in Next alone: whose project they are looked at in. Of all others it is that of Node. */
const FOLDERS: ReadonlyMap<string | undefined, string> = new Map([
  ['@oauth/core', 'browser'],
  ['@oauth/ky', 'browser'],
  ['@oauth/nextjs', 'nextjs'],
])

/** Makes a project that knows nothing of the workspace, and installs the tarballs and their peers in it with npm. */
export function createConsumer(folder: string, tarballs: readonly Tarball[]): void {
  const peers = tarballs.flatMap(({ manifest, folder }) =>
    Object.keys(manifest.peerDependencies ?? {}).map((peer) => [peer, installed(folder, peer)]),
  )
  const dependencies = {
    ...Object.fromEntries(tarballs.map(({ manifest, file }) => [manifest.name, `file:${file}`])),
    ...Object.fromEntries(peers),
    '@types/node': installed(process.cwd(), '@types/node'),
  }
  plant(folder, { 'package.json': JSON.stringify({ private: true, type: 'module', dependencies }) })
  cpSync(join(import.meta.dirname, 'consumer'), folder, { recursive: true })
  for (const [name, config] of Object.entries(PROJECTS)) plant(folder, { [`tsconfig.${name}.json`]: JSON.stringify(config) })
  for (const { manifest } of tarballs) {
    const lines = importable(manifest).map((specifier, index) => `export * as subpath${index} from '${specifier}'\n`)
    plant(folder, { [`${FOLDERS.get(manifest.name) ?? 'node'}/every-${manifest.name.split('/')[1]}.ts`]: lines.join('') })
  }
  succeed('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], folder)
}

/** Imports every subpath in a process of its own, as an application would. */
export function importFindings(folder: string, tarballs: readonly Tarball[]): readonly string[] {
  return tarballs
    .flatMap(({ manifest }) => importable(manifest))
    .flatMap((specifier) => {
      const code = `const names = Object.keys(await import('${specifier}')); if (names.length === 0) throw new Error('exports nothing')`
      const { status, stderr } = finish('node', ['--input-type=module', '--eval', code], folder)
      return status === 0 ? [] : [`import '${specifier}': ${stderr}`]
    })
}

/** Type checks the consumer's own code and every declaration it reaches, under each kind of module resolution. */
export function typeFindings(folder: string): readonly string[] {
  return Object.keys(PROJECTS).flatMap((name) => {
    const { status, stdout, stderr } = finish('tsc', ['-p', `tsconfig.${name}.json`], folder)
    return status === 0 ? [] : [`types for a ${name} project:\n${stdout}${stderr}`]
  })
}

/**
 * An application depends on one adapter: declarations of its code that name another package break where that is not hoisted, and would name the
 * core where the adapter does not export a type. They are emitted by {@link typeFindings}.
 */
export function declarationFindings(folder: string): readonly string[] {
  const emitted = join(folder, 'declarations')
  if (!existsSync(emitted)) return ['declarations: none were emitted']
  const files = readdirSync(emitted, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'))
  return files.flatMap((file) => {
    const text = readFileSync(join(emitted, file), 'utf8')
    const own = /from '(@oauth\/[^']+)'/.exec(text)?.[1]
    const foreign = [...text.matchAll(/import\("(@oauth\/[^"]+)"\)\.\w+/g)].filter(([, name]) => name !== own)
    return foreign.map(([type]) => `declarations/${file} names ${type}, which ${own} does not export`)
  })
}

function installed(folder: string, name: string): string {
  return readManifest(join(folder, 'node_modules', name)).version ?? ''
}
