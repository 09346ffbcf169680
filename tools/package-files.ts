import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tarball } from './tarball.ts'

const SNAPSHOT = join(import.meta.dirname, 'package-files.txt')

/** Compares what the tarballs hold with the committed list, so that a file gets published only after someone has seen it in a diff. */
export function packageFileFindings(tarballs: readonly Tarball[]): readonly string[] {
  const actual = new Set(tarballs.flatMap(lines))
  const expected = new Set(readFileSync(SNAPSHOT, 'utf8').split('\n').filter(Boolean))
  const findings = [
    ...[...actual].filter((line) => /\.test(?:-d)?\.|\/testing\//.test(line)).map((line) => `a test is published: ${line}`),
    ...[...actual.difference(expected)].map((line) => `published, but not in package-files.txt: ${line}`),
    ...[...expected.difference(actual)].map((line) => `in package-files.txt, but not published: ${line}`),
  ]
  return findings.length > 0 ? [...findings, 'If this is right: pnpm check:packages --update'] : []
}

/** Writes the list anew. */
export function updatePackageFiles(tarballs: readonly Tarball[]): void {
  writeFileSync(
    SNAPSHOT,
    tarballs
      .flatMap(lines)
      .map((line) => `${line}\n`)
      .join(''),
  )
}

function lines({ manifest, paths }: Tarball): readonly string[] {
  return paths.map((path) => `${manifest.name} ${path}`)
}
