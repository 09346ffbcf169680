/** A block of code in a page of documentation. */
export interface Snippet {
  /** The line of the page on which the code begins, counted from 1. */
  readonly line: number
  readonly code: string
  /** Marked to be compiled: its info string is `ts check` or `tsx check`. */
  readonly checked: boolean
  /** Marked `ky`: the same code has to compile with `@oauth/ky` in place of `@oauth/node-got`. */
  readonly onKy: boolean
  readonly extension: 'ts' | 'tsx'
  /** Marked `file=lib/oauth.ts`: its path in the application that the page builds, whose files import each other as Next's do. */
  readonly file: string | undefined
  /** Marked `run=login`: the name by which a test of `test/snippets` runs it. */
  readonly run: string | undefined
  /** Marked `unrun="…"`: why no test runs it. */
  readonly unrun: string | undefined
}

/** Finds the TypeScript in a page of Markdown: fenced blocks whose info string begins with `ts` or `tsx`, indented ones included. */
export function snippetsOf(markdown: string): readonly Snippet[] {
  return [...markdown.matchAll(/^([ \t]*)(`{3,})(tsx?)\b([^\n`]*)\n(.*?)^[ \t]*\2[ \t]*$/gms)].map((match) => {
    const [, indent = '', , language, info = '', body = ''] = match
    const [, unrun] = /\bunrun="([^"]*)"/.exec(info) ?? []
    const marks = info
      .replace(/\bunrun="[^"]*"/, '')
      .trim()
      .split(/\s+/)
    const named = (mark: string) => marks.find((one) => one.startsWith(`${mark}=`))?.slice(mark.length + 1)
    return {
      line: markdown.slice(0, match.index).split('\n').length + 1,
      code: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      checked: marks.includes('check'),
      onKy: marks.includes('ky'),
      extension: language === 'tsx' ? 'tsx' : 'ts',
      file: named('file'),
      run: named('run'),
      unrun,
    }
  })
}

/** What keeps a page from being run: blocks that no test runs and nobody says why, and names that two of them have. */
export function runFindings(page: string, snippets: readonly Snippet[]): readonly string[] {
  return snippets.flatMap(({ line, run, unrun }, index) => {
    const place = `${page}:${line}`
    if (run === undefined && !unrun?.trim()) return [`${place}: the block is neither run (run=name) nor marked with the reason (unrun="…")`]
    if (run !== undefined && unrun !== undefined) return [`${place}: the block is run, and marked with the reason why it is not`]
    const first = snippets.findIndex((other) => other.run === run)
    return run === undefined || first === index ? [] : [`${place}: the name "${run}" is that of another block`]
  })
}

/** The snippet as it is for users of ky. */
export function forKy(snippet: Snippet): Snippet {
  return { ...snippet, code: snippet.code.replaceAll("'@oauth/node-got'", "'@oauth/ky'") }
}

/** The code as a module of its own whose lines have the numbers they have on the page, so that an error names the line to repair. */
export function asModule({ line, code }: Snippet): string {
  return `${'\n'.repeat(line - 1)}${code}export {}\n`
}
