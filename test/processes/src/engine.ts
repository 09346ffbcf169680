import type { Store } from '@oauth/core/session'
import { fileStore } from '@oauth/store-file'
import { postgresStore } from '@oauth/store-postgres'
import { redisStore } from '@oauth/store-redis'
import { Pool } from 'pg'
import { createClient } from 'redis'

/** Where the store of a process is. */
export type Engine =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'postgres'; readonly connection: object }
  | { readonly kind: 'redis'; readonly url: string }

/** The store as an application makes it. */
export async function openStore<T>(engine: Engine): Promise<Store<T>> {
  switch (engine.kind) {
    case 'file':
      return fileStore<T>(engine.path)
    case 'postgres':
      return postgresStore<T>(new Pool({ ...engine.connection, max: 5 }).on('error', () => {}))
    case 'redis':
      return redisStore<T>(
        await createClient({ url: engine.url })
          .on('error', () => {})
          .connect(),
      )
  }
}
