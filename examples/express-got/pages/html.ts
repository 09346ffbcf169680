/** Text that is HTML already. */
export class Html {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** What can stand in a template: HTML as it is, anything else as text, and nothing for what is not there. */
type Part = Html | string | number | undefined | readonly Html[]

/** A template whose parts are escaped unless they are HTML, so that no claim of a provider can add to the page. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, index) => (index === 0 ? text : escaped(parts[index - 1]) + text)).join(''))
}

function escaped(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Html) return part.toString()
  if (typeof part === 'object') return part.join('')
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
