import { readdir, readFile, realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Contents, javascript } from './next-app-files.ts'

/** A version of Next, by the name that the workspace has it under. */
export type NextVersion = 'next' | 'next15' | 'next16'

/** Packages of this repository that the application has, as their registry would have them. */
const PUBLISHED = ['@oauth/core', '@oauth/nextjs'] as const

/** What of this package runs inside of the application. */
const SHARED = ['app-config.ts', 'hash-of.ts', 'remote-store.ts'] as const

const requireHere = createRequire(import.meta.url)

/**
 * The packages under test as people install them: what is published and nothing else, in the application's own `node_modules`, so that they find the
 * application's Next and React.
 */
export async function nextAppPackages(): Promise<Contents> {
  const packages = await Promise.all(PUBLISHED.map(published))
  const shared = await Promise.all(SHARED.map(async (name) => javascript(name, await readFile(join(import.meta.dirname, name), 'utf8'))))
  const exports = Object.fromEntries(shared.map(([name]) => [`./${name.replace(/\.js$/, '')}`, `./${name}`]))
  const manifest = JSON.stringify({ name: '@oauth-test/web', type: 'module', exports })
  return Object.assign(
    { 'package.json': '{ "private": true, "type": "module" }' },
    ...packages,
    within('@oauth-test/web', Object.fromEntries([...shared, ['package.json', manifest]])),
  )
}

/** Where the workspace has what comes from others: beside each, its own dependencies are found. */
export async function linkedPackages(version: NextVersion): Promise<Contents> {
  const requireCore = createRequire(await realpath(requireHere.resolve('@oauth/core/package.json')))
  const manifests = {
    next: requireHere.resolve(`${version}/package.json`),
    react: requireHere.resolve('react/package.json'),
    'react-dom': requireHere.resolve('react-dom/package.json'),
    jose: requireCore.resolve('jose/package.json'),
  }
  const places = Object.entries(manifests).map(async ([name, manifest]) => [name, dirname(await realpath(manifest))] as const)
  return Object.fromEntries(await Promise.all(places))
}

async function published(name: string): Promise<Contents> {
  const place = dirname(requireHere.resolve(`${name}/package.json`))
  const dist = await readdir(join(place, 'dist'), { recursive: true, withFileTypes: true })
  const files = dist.filter((entry) => entry.isFile() && entry.name.endsWith('.js')).map((entry) => join(entry.parentPath, entry.name))
  if (files.length === 0) throw new Error(`${name} is not built: pnpm build`)
  const contents = [join(place, 'package.json'), ...files].map(async (file) => [file.slice(place.length + 1), await readFile(file, 'utf8')])
  return within(name, Object.fromEntries(await Promise.all(contents)))
}

function within(name: string, files: Contents): Contents {
  return Object.fromEntries(Object.entries(files).map(([file, content]) => [join('node_modules', name, file), content]))
}
