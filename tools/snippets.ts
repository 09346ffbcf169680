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
}

/** Finds the TypeScript in a page of Markdown: fenced blocks whose info string begins with `ts` or `tsx`, indented ones included. */
export function snippetsOf(markdown: string): readonly Snippet[] {
  return [...markdown.matchAll(/^([ \t]*)(`{3,})(tsx?)\b([^\n`]*)\n(.*?)^[ \t]*\2[ \t]*$/gms)].map((match) => {
    const [, indent = '', , language, info = '', body = ''] = match
    const marks = info.trim().split(/\s+/)
    return {
      line: markdown.slice(0, match.index).split('\n').length + 1,
      code: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      checked: marks.includes('check'),
      onKy: marks.includes('ky'),
      extension: language === 'tsx' ? 'tsx' : 'ts',
      file: marks.find((mark) => mark.startsWith('file='))?.slice('file='.length),
    }
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
