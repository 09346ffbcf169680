-- The table of @oauth/store-postgres. Can be run again.

-- Two at once would both find no table. In one transaction with the rest this makes the second wait.
SELECT pg_advisory_xact_lock(hashtext('@oauth/store-postgres'));

CREATE TABLE IF NOT EXISTS "oauth_store" (
  key text COLLATE "C" PRIMARY KEY,
  value text NOT NULL,
  version uuid NOT NULL,
  expires_at timestamptz
);

CREATE INDEX IF NOT EXISTS "oauth_store_expires_at" ON "oauth_store" (expires_at) WHERE expires_at IS NOT NULL;
