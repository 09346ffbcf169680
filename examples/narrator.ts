import { styleText } from 'node:util'

/** Tells a story in steps, each of which has to come true. */
export interface Narrator {
  /** A numbered step. What it throws ends the story. */
  step(title: string, tell: (lines: Lines) => Promise<void>): Promise<void>
}

/** What a step can say. */
export interface Lines {
  /** Something worth knowing. */
  note(text: string): void
  /** Something that must be true; the story ends when it is not. */
  check(text: string, holds: boolean): void
}

const colour = process.stdout.isTTY && !process.env['NO_COLOR']

/** Writes the story to standard output. */
export function narrator(): Narrator {
  let number = 0
  return {
    async step(title, tell) {
      number++
      console.log(`\n${paint('bold', `${String(number).padStart(2)}  ${title}`)}`)
      await tell({ note, check })
    },
  }
}

function note(text: string): void {
  console.log(`    ${paint('dim', text)}`)
}

function check(text: string, holds: boolean): void {
  console.log(`    ${holds ? paint('green', '✓') : paint('red', '✗')} ${text}`)
  if (!holds) throw new Error(`This did not hold: ${text}`)
}

/** Colours only where a terminal shows them. */
export function paint(format: 'bold' | 'dim' | 'green' | 'red', text: string): string {
  return colour ? styleText(format, text) : text
}
