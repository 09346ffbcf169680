import { CLIENTS, type Connection } from '../../packages/store-redis/test/testing/clients.ts'

/** Connects with node-redis. */
export async function connectRedis(url: string): Promise<Connection> {
  const [kind] = CLIENTS
  if (kind === undefined) throw new Error('There is no client of Redis.')
  return kind.connect([url])
}
