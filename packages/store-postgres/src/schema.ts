import { tableName } from './table-name.js'

export const DEFAULT_TABLE = 'oauth_store'

/**
 * Gives the SQL that makes the table: the same text as `migrations/0001_oauth_store.sql`, for a table of any name. Can be run again, and by
 * several processes at once.
 *
 * @param table `table` or `schema.table`. The schema has to be there.
 * @throws {@link UsageError} for what is no name.
 *
 * @example
 * await pool.query(postgresSchema())
 */
export function postgresSchema(table: string = DEFAULT_TABLE): string {
  const { quoted, index } = tableName(table)
  return `-- The table of @oauth/store-postgres. Can be run again.

-- Two at once would both find no table. In one transaction with the rest this makes the second wait.
SELECT pg_advisory_xact_lock(hashtext('@oauth/store-postgres'));

CREATE TABLE IF NOT EXISTS ${quoted} (
  key text COLLATE "C" PRIMARY KEY,
  value text NOT NULL,
  version uuid NOT NULL,
  expires_at timestamptz
);

CREATE INDEX IF NOT EXISTS ${index} ON ${quoted} (expires_at) WHERE expires_at IS NOT NULL;
`
}
