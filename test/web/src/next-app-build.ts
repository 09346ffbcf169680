import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { alone } from './alone.ts'
import { type Contents, nextAppFiles } from './next-app-files.ts'
import { linkedPackages, type NextVersion, nextAppPackages } from './next-app-packages.ts'

/** What an application is built for. */
export interface NextBuild {
  readonly version: NextVersion
  /** Of `next.config`: the path below which it is, which has to be known when it is built. */
  readonly basePath?: string
  /** Where `middleware.ts` of Next 15 runs; on the edge unless told. */
  readonly middleware?: 'nodejs'
}

const WORKSPACE = join(import.meta.dirname, '../../..')
const CACHE = join(WORKSPACE, 'test/web/.cache')

/**
 * Builds the application for production, and says in which folder. The folder is named by all that goes into it, so that nothing is built twice; and
 * nobody has to be told what the application is configured with, which it hears when it is started.
 */
export async function buildNextApp({ version, basePath = '', middleware }: NextBuild): Promise<string> {
  const kind = `${version}${basePath.replace('/', '-at-')}${middleware === undefined ? '' : `-on-${middleware}`}`
  const { folder, code, output } = await built(kind, { version, basePath, files: await nextAppFiles(version, middleware) })
  if (code !== 0) throw new Error(`next build ended with ${code}:\n${output}`)
  return folder
}

/** Builds an application of these files alone, by the name of its kind, and says how that ended and what was printed. No more than once, either. */
export function nextBuildOutput(name: string, version: NextVersion, files: Contents): Promise<Pick<Built, 'code' | 'output'>> {
  return built(`${version}-${name}`, { version, basePath: '', files })
}

interface Source extends Required<Pick<NextBuild, 'version' | 'basePath'>> {
  readonly files: Contents
}

interface Built {
  readonly folder: string
  readonly code: number
  readonly output: string
}

async function built(kind: string, { version, basePath, files: own }: Source): Promise<Built> {
  const files = { ...own, ...(await nextAppPackages()), 'next.config.mjs': config(version, basePath) }
  const links = await linkedPackages(version)
  const name = `${kind}.${fingerprint({ ...files, ...links })}`
  const folder = join(CACHE, name)
  const complete = join(folder, 'complete')
  await alone(name, async () => {
    if (existsSync(complete)) return
    await removeOthers(kind)
    await write(folder, files)
    await link(folder, links)
    await writeFile(complete, JSON.stringify(await build(folder)))
  })
  return { folder, ...JSON.parse(await readFile(complete, 'utf8')) }
}

/**
 * Turbopack resolves nothing outside its root, and the packages are linked from the workspace. Next 15 would look through all of them for the files that
 * a server needs to be copied elsewhere, which takes half of the time of a build, unless they are outside of that root.
 */
function config(version: NextVersion, basePath: string): string {
  const root = JSON.stringify(WORKSPACE)
  const ofTurbopack = `turbopack: { root: ${root} }, outputFileTracingRoot: ${root}`
  const places: Readonly<Record<NextVersion, string>> = {
    next: ofTurbopack,
    next16: ofTurbopack,
    next15: 'outputFileTracingRoot: import.meta.dirname',
  }
  return `export default { ${places[version]}, basePath: ${JSON.stringify(basePath)}, experimental: { authInterrupts: true } }\n`
}

function fingerprint(files: Contents): string {
  const hash = createHash('sha256')
  for (const name of Object.keys(files).sort()) hash.update(`${name}\0${files[name]}\0`)
  return hash.digest('hex').slice(0, 16)
}

/** What was built of something older, or was not finished. */
async function removeOthers(kind: string): Promise<void> {
  await mkdir(CACHE, { recursive: true })
  const others = (await readdir(CACHE)).filter((name) => name.startsWith(`${kind}.`))
  await Promise.all(others.map((name) => rm(join(CACHE, name), { recursive: true, force: true })))
}

async function write(folder: string, files: Contents): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
}

async function link(folder: string, links: Contents): Promise<void> {
  for (const [name, place] of Object.entries(links)) await symlink(place, join(folder, 'node_modules', name))
}

async function build(folder: string): Promise<Omit<Built, 'folder'>> {
  const { NODE_OPTIONS: _, APP_CONFIG: __, ...inherited } = process.env
  const child = spawn(process.execPath, [join(folder, 'node_modules/next/dist/bin/next'), 'build'], {
    cwd: folder,
    env: { ...inherited, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => output.push(text))
  const [code] = await once(child, 'close')
  return { code, output: output.join('') }
}
