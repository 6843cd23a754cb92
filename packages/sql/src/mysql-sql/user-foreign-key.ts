/** An opt-in foreign key: the database then deletes what belongs to a user along with the user. */

import type { UserForeignKey, UserForeignKeyOptions } from '../shared/user-foreign-key.ts'
import { tablesOf, type TableNames } from './tables.ts'

/**
 * Every subject must be a user then, and no tenant may have a prefix. Deleting a user deletes sessions, consents and
 * authorizations; tokens end with their authorization. `type` must be that of the column, such as `BIGINT UNSIGNED` or
 * `CHAR(36)`.
 */
export function mysqlUserForeignKey({
  users,
  column = 'id',
  type,
  ...names
}: UserForeignKeyOptions & TableNames): UserForeignKey {
  const { records, index } = tablesOf(names)
  return {
    add: `ALTER TABLE ${records}
  ADD COLUMN user_id ${type} GENERATED ALWAYS AS (CONVERT(subject USING utf8mb4)) STORED,
  ADD CONSTRAINT ${index('user')} FOREIGN KEY (user_id) REFERENCES ${users} (${column}) ON DELETE CASCADE
`,
    drop: `ALTER TABLE ${records} DROP FOREIGN KEY ${index('user')}, DROP COLUMN user_id
`,
  }
}
