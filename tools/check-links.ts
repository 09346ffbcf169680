/**
 * Checks the links between the pages of the repository: the file that each names is there, and so is the heading. Addresses elsewhere are not
 * asked, since they fail for reasons of their own.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { anchorsOf, linksOf } from './links.ts'

const pages = globSync('**/*.md', { exclude: (path) => path.includes('node_modules') })
const links = pages.flatMap((page) => linksOf(readFileSync(page, 'utf8')).map((link) => ({ page, ...link })))
const inside = links.filter(({ target }) => !/^[a-z][a-z+.-]*:/i.test(target))
const findings = inside.flatMap(({ page, line, target }) => {
  const problem = problemOf(page, target)
  return problem === undefined ? [] : [`${page}:${line}: ${target}: ${problem}`]
})

if (findings.length > 0) {
  console.error(findings.join('\n'))
  process.exit(1)
}
console.log(`${inside.length} links between ${pages.length} pages lead somewhere`)

function problemOf(page: string, target: string): string | undefined {
  const [path = '', anchor] = decodeURI(target).split('#')
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(file)) return 'there is no such file'
  if (anchor === undefined || !file.endsWith('.md')) return undefined
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor) ? undefined : 'the page has no such heading'
}
