/**
 * Checks what the manifests of the workspace have to agree on. Turbo passes over a package that lacks a script, so a package without
 * `typecheck` would never be checked and nothing would tell.
 */
import { type Manifest, type Package, workspacePackages } from './workspace.ts'

type Rule = readonly [says: string, holds: (manifest: Manifest) => boolean]

const EVERY: readonly Rule[] = [
  ['has a script `typecheck`', ({ scripts }) => scripts?.typecheck !== undefined],
  ['is an ES module', ({ type }) => type === 'module'],
  [
    'takes versions from the catalog or the workspace',
    (manifest) => Object.values({ ...manifest.dependencies, ...manifest.devDependencies }).every(isPinned),
  ],
]

const PUBLISHED: readonly Rule[] = [
  ['has a script `build`', ({ scripts }) => scripts?.build !== undefined],
  ['has the license MIT', ({ license }) => license === 'MIT'],
  ['has no side effects', ({ sideEffects }) => sideEffects === false],
  ['publishes `dist`, and beside it nothing but migrations of a database', ({ files }) => /^dist(,migrations)?$/.test(files?.join() ?? '')],
  ['runs on Node 22', ({ engines }) => engines?.node === '>=22'],
  ['exports its manifest', ({ exports }) => exports?.['./package.json'] === './package.json'],
  ['exports source, types and code, in this order', ({ exports }) => Object.values(exports ?? {}).every(isInOrder)],
]

const CORE: readonly Rule[] = [
  ['depends on jose alone', ({ dependencies }) => Object.keys(dependencies ?? {}).join() === 'jose'],
  ['has no peers', ({ peerDependencies }) => peerDependencies === undefined],
]

const ADAPTER: readonly Rule[] = [
  ['depends on @oauth/core', ({ dependencies }) => dependencies?.['@oauth/core'] === 'workspace:*'],
  ['depends on no other package of the workspace', ({ dependencies }) => internal(dependencies).join() === '@oauth/core'],
]

const packages = workspacePackages()
const findings = packages.flatMap(findingsIn)
if (findings.length > 0) {
  console.error(findings.join('\n'))
  process.exit(1)
}
console.log(`${packages.length} manifests agree`)

function findingsIn({ manifest }: Package): readonly string[] {
  const published = manifest.private === true ? [] : [...PUBLISHED, ...(manifest.name === '@oauth/core' ? CORE : ADAPTER)]
  return [...EVERY, ...published].filter(([, holds]) => !holds(manifest)).map(([says]) => `${manifest.name} must be one that ${says}`)
}

function isPinned(version: string): boolean {
  return version === 'catalog:' || version === 'workspace:*'
}

/** Between types and code there may be what only some get, such as browsers. */
function isInOrder(target: unknown): boolean {
  return typeof target === 'string' || /^@oauth\/source,types,(.+,)?default$/.test(Object.keys(target as object).join())
}

function internal(dependencies: Manifest['dependencies'] = {}): readonly string[] {
  return Object.keys(dependencies).filter((name) => name.startsWith('@oauth/'))
}
