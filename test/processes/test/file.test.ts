import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scenarios } from '../src/scenarios.js'

scenarios('a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'processes-'))
  return { engine: { kind: 'file', path: join(folder, 'tokens.json') }, stop: () => rm(folder, { recursive: true }) }
})
