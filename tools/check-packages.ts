/**
 * Checks the packages as users get them: packed, looked at by publint and "Are the types wrong?", compared with the committed list of files,
 * installed by npm in a project outside the workspace, imported there by every subpath, type checked, and made to emit declarations.
 */
import { join } from 'node:path'
import { createConsumer, declarationFindings, importFindings, typeFindings } from './consumer.ts'
import { packageFileFindings, updatePackageFiles } from './package-files.ts'
import { pack } from './tarball.ts'
import { attwFindings, publintFindings } from './tarball-lint.ts'
import { inTemporaryFolder } from './temporary-folder.ts'
import { importable, publishedPackages } from './workspace.ts'

const update = process.argv.includes('--update')
const packages = publishedPackages()
const findings = await inTemporaryFolder(async (folder) => {
  const tarballs = packages.map((source) => pack(source, folder))
  if (update) updatePackageFiles(tarballs)
  const consumer = join(folder, 'consumer')
  createConsumer(consumer, tarballs)
  return [
    ...(await Promise.all(tarballs.map(publintFindings))).flat(),
    ...tarballs.flatMap(attwFindings),
    ...packageFileFindings(tarballs),
    ...importFindings(consumer, tarballs),
    ...typeFindings(consumer),
    ...declarationFindings(consumer),
  ]
})

if (findings.length > 0) {
  console.error(findings.join('\n'))
  process.exit(1)
}
const subpaths = packages.flatMap(({ manifest }) => importable(manifest))
console.log(`${packages.length} packages with ${subpaths.length} subpaths install, import and type check outside the workspace`)
