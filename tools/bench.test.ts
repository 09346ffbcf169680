import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('every benchmark runs and prints its ratios; how fast it was is not asked', { timeout: 60_000 }, () => {
  const bench = join(import.meta.dirname, '../bench/src/run.ts')
  const output = execFileSync(process.execPath, [bench, '--brief'], { encoding: 'utf8' })
  for (const job of ['on got', 'on ky', 'createAuthorizationUrl', 'token response', 'ID token signed with ES256', 'callback'])
    expect(output).toContain(job)
  expect(output).not.toContain('NaN')
})
