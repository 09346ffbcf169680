/** A link in a page of Markdown. */
export interface Link {
  /** The line it stands in, counted from 1. */
  readonly line: number
  readonly target: string
}

/** Finds the links of a page: `[text](target)` and images, outside of code. */
export function linksOf(markdown: string): readonly Link[] {
  return withoutCode(markdown)
    .split('\n')
    .flatMap((text, index) => [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => ({ line: index + 1, target })))
}

/** The anchors that a page has: GitHub makes one of each heading. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutBlocks(markdown).matchAll(/^#{1,6} +(.+?)[ #]*$/gm)) {
    const slug = slugOf(heading)
    let anchor = slug
    for (let repeat = 1; anchors.has(anchor); repeat++) anchor = `${slug}-${repeat}`
    anchors.add(anchor)
  }
  return anchors
}

function slugOf(heading: string): string {
  const text = heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-')
}

function withoutCode(markdown: string): string {
  return withoutBlocks(markdown).replaceAll(/(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, '')
}

/** The page with an empty line for each line of a fenced block. */
function withoutBlocks(markdown: string): string {
  return markdown.replaceAll(/^[ \t]*(`{3,})[^`\n]*\n.*?^[ \t]*\1[ \t]*$/gms, (block) => block.replaceAll(/[^\n]/g, ''))
}
