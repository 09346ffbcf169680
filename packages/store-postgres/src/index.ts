/**
 * Tokens and sessions in a table of PostgreSQL.
 *
 * @module
 */
export type { NamedStatement, PostgresClient, PostgresPool } from './postgres-pool.js'
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from './postgres-store.js'
export { postgresSchema } from './schema.js'
