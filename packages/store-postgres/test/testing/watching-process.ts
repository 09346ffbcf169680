import { registerHooks } from 'node:module'
import { Pool } from 'pg'

// Node runs the sources as they are, but for the names of files in their imports.
registerHooks({
  resolve: (specifier, context, next) => next(specifier.startsWith('.') ? specifier.replace(/\.js$/, '.ts') : specifier, context),
})
const { postgresStore } = await import('../../src/index.js')

const pool = new Pool({ ...JSON.parse(process.env['CONNECTION'] ?? '{}'), allowExitOnIdle: true })
const store = postgresStore<string>(pool)
await new Promise<void>((resolve) => {
  const stop = store.watch?.('key', () => {
    stop?.()
    resolve()
  })
})
