import { randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { optional } from './optional.js'

/** The folder beside a file that holds the draft of its next text, and is there while somebody writes. */
export function draftFolder(target: string): string {
  return `${target}.lock`
}

/**
 * Takes the right to replace a file, as a path where its next text is to be written; `undefined` when another has it.
 *
 * The draft is the lock. Renaming it to the file is the only way to write, and whoever loses patience with its holder removes it: of the
 * two one happens, and the other fails. So a process that was stopped for however long can do no harm when it wakes.
 * docs/adr/0017-file-store-lock.md has the whole argument.
 */
export function takeDraft(target: string): string | undefined {
  const folder = draftFolder(target)
  const made = optional('EEXIST', () => [mkdirSync(folder, 0o700)])
  if (made === undefined) return undefined
  const draft = join(folder, randomUUID())
  try {
    if (isAloneIn(folder, draft)) return draft
  } catch (error) {
    releaseDraft(draft)
    throw error
  }
  releaseDraft(draft)
  return undefined
}

/** Gives the right back, or tidies up after a write. Failing is no harm: others lose patience. */
export function releaseDraft(draft: string): void {
  for (const remove of [() => unlinkSync(draft), () => rmdirSync(dirname(draft))]) {
    try {
      remove()
    } catch {}
  }
}

/** Makes the draft. The folder may be another's by now, when this process was stopped since it made it: then the other is in it too, or was and is done. */
function isAloneIn(folder: string, draft: string): boolean {
  const names = optional('ENOENT', () => {
    closeSync(openSync(draft, 'wx', 0o600))
    return readdirSync(folder)
  })
  return names?.length === 1 && names[0] === basename(draft)
}
