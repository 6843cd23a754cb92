/** The tables of MySQL and MariaDB. */

import { INDEX_COLUMNS } from '@authlib/core'
import type { Migration } from '../shared/migrations.ts'
import { tablesOf, type TableNames } from './tables.ts'

/** All steps, oldest first. Names are bytes, which no collation takes for one another. */
export function mysqlMigrations(names: TableNames = {}): readonly Migration[] {
  const { records, migrations, authorizations, index } = tablesOf(names)
  const text = (column: string): string => `CONVERT(${column} USING utf8mb4) AS ${column}`
  return [
    {
      version: 1,
      name: 'records',
      up: `CREATE TABLE ${records} (
  position BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  partition_id VARBINARY(255) NOT NULL,
  kind VARBINARY(63) NOT NULL,
  id VARBINARY(255) NOT NULL,
  revision BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
${INDEX_COLUMNS.map((column) => `  ${column} VARBINARY(255),`).join('\n')}
  data LONGTEXT CHARACTER SET utf8mb4 NOT NULL,
  UNIQUE KEY ${index('key')} (partition_id, kind, id),
  KEY ${index('expiry')} (expires_at),
${INDEX_COLUMNS.map((column) => `  KEY ${index(column)} (${column}, kind, position)`).join(',\n')}
) ENGINE = InnoDB;

CREATE VIEW ${authorizations} AS SELECT
  ${text('id')}, ${text('client')}, ${text('subject')},
  JSON_UNQUOTE(JSON_EXTRACT(data, '$.status')) AS status, JSON_EXTRACT(data, '$.scope') AS scope,
  FROM_UNIXTIME(JSON_EXTRACT(data, '$.createdAt')) AS created_at, FROM_UNIXTIME(expires_at) AS expires_at
FROM ${records} WHERE kind = 'authorization';

CREATE TABLE ${migrations} (version INT PRIMARY KEY) ENGINE = InnoDB;
INSERT INTO ${migrations} VALUES (1);
`,
      down: `DROP VIEW ${authorizations};
DROP TABLE ${records};
DROP TABLE ${migrations};
`,
    },
  ]
}
