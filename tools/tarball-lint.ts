import { readFileSync } from 'node:fs'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { finish } from './command.ts'
import type { Tarball } from './tarball.ts'

/** What publint finds in a tarball; suggestions count too. */
export async function publintFindings({ file, manifest }: Tarball): Promise<readonly string[]> {
  const bytes = readFileSync(file)
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages } = await publint({ pack: { tarball }, strict: true })
  return messages.map((message) => `${manifest.name}: publint: ${formatMessage(message, { ...manifest }, { color: false })}`)
}

/** What "Are the types wrong?" finds in a tarball; packages here are for ES modules alone. */
export function attwFindings({ file, manifest }: Tarball): readonly string[] {
  const { status, stdout, stderr } = finish('attw', [file, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji'])
  return status === 0 ? [] : [`${manifest.name}: are the types wrong?\n${stdout}${stderr}`]
}
