/** The tables of PostgreSQL. */

import { INDEX_COLUMNS, NEVER } from '@authlib/core'
import type { Migration } from '../shared/migrations.ts'
import { tablesOf, type TableNames } from './tables.ts'

/**
 * All steps, oldest first. The primary key begins with `partition_id` and nothing else is unique, so that the table can be
 * partitioned by it.
 */
export function postgresMigrations(names: TableNames = {}): readonly Migration[] {
  const { schema, records, migrations, authorizations, index } = tablesOf(names)
  const text = 'text COLLATE "C"' // compares bytes, on every system alike
  return [
    {
      version: 1,
      name: 'records',
      up: `CREATE SCHEMA IF NOT EXISTS ${schema};

CREATE TABLE ${records} (
  position bigint GENERATED ALWAYS AS IDENTITY,
  partition_id ${text} NOT NULL,
  kind ${text} NOT NULL,
  id ${text} NOT NULL,
  revision bigint NOT NULL,
  expires_at bigint NOT NULL,
${INDEX_COLUMNS.map((column) => `  ${column} ${text},`).join('\n')}
  data json NOT NULL,
  PRIMARY KEY (partition_id, kind, id)
);

CREATE INDEX ${index('expiry')} ON ${records} (expires_at) WHERE expires_at < ${NEVER};
${INDEX_COLUMNS.map(
  (column) => `CREATE INDEX ${index(column)} ON ${records} (${column}, kind, position) WHERE ${column} IS NOT NULL;`,
).join('\n')}

CREATE VIEW ${authorizations} AS SELECT
  id, client, subject, data ->> 'status' AS status,
  (SELECT string_agg(value, ' ') FROM json_array_elements_text(data -> 'scope') AS scope (value)) AS scope,
  to_timestamp((data ->> 'createdAt')::bigint) AS created_at, to_timestamp(expires_at) AS expires_at
FROM ${records} WHERE kind = 'authorization';

CREATE TABLE ${migrations} (version int PRIMARY KEY);
INSERT INTO ${migrations} VALUES (1);
`,
      down: `DROP VIEW ${authorizations};
DROP TABLE ${records};
DROP TABLE ${migrations};
`,
    },
  ]
}
