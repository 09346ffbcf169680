import { postgresStore } from '@oauth/store-postgres'
import { Pool } from 'pg'

// Watches until it is told the first time, and has nothing else to do.
const store = postgresStore<string>(new Pool({ allowExitOnIdle: true }))
const stop = store.watch?.('key', () => stop?.())
