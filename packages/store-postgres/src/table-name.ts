import { UsageError } from '@oauth/core/adapter'

/** A table, ready to be put into a statement. */
export interface TableName {
  /** As the application spells it. */
  readonly name: string
  /** With its schema if it has one, both quoted. */
  readonly quoted: string
  /** The index over `expires_at`, quoted. */
  readonly index: string
}

/** PostgreSQL cuts names after 63 bytes, and what is left of two may be the same. */
const MAX_LENGTH = 63
const INDEX_SUFFIX = '_expires_at'
const NAME = /^(?:([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)$/

/**
 * Reads `table` or `schema.table`. Letters, digits and `_` only, so that nothing of it can be anything but a name; upper case stays upper case.
 *
 * @throws {@link UsageError}
 */
export function tableName(name: string): TableName {
  const [, schema, table = ''] = NAME.exec(name) ?? []
  if (table === '' || `${table}${INDEX_SUFFIX}`.length > MAX_LENGTH || (schema ?? '').length > MAX_LENGTH) {
    throw new UsageError(
      `postgresStore: the option "table" has to be a name such as "oauth_store" or "auth.oauth_store", of letters, digits and "_", at most ${MAX_LENGTH - INDEX_SUFFIX.length} long. It is something else.`,
    )
  }
  return { name, quoted: schema === undefined ? `"${table}"` : `"${schema}"."${table}"`, index: `"${table}${INDEX_SUFFIX}"` }
}
