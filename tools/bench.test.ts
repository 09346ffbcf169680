import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const JOBS = [
  'on got',
  'on ky',
  'createAuthorizationUrl',
  'token response',
  'ID token signed with ES256',
  'callback',
  'a fresh token in the session',
  'a fresh token in a memory store',
  'the memory store with',
  'get in a memory store with',
  'get from an encrypted memory store',
  'with a fresh token in Redis',
  'sealed and opened',
  'a page for a person who is logged in',
  'a login at oidc-provider',
  'callers in one process, one expired token',
  'callers each, one expired token',
]

it('every benchmark runs and prints what it found: counts are as they should be, how fast it was is not asked', {
  timeout: 120_000,
}, () => {
  const bench = join(import.meta.dirname, '../bench/src/run.ts')
  const output = execFileSync(process.execPath, [bench, '--brief'], { encoding: 'utf8' })
  for (const job of JOBS) expect(output).toContain(job)
  expect(output).not.toContain('NaN')
})
