/** An opt-in foreign key: the database then deletes what belongs to a user along with the user. */

import type { UserForeignKey, UserForeignKeyOptions } from '../shared/user-foreign-key.ts'
import { tablesOf, type TableNames } from './tables.ts'

/**
 * Every subject must be a user then, and no tenant may have a prefix. Deleting a user deletes sessions, consents and
 * authorizations; tokens end with their authorization.
 */
export function postgresUserForeignKey({
  users,
  column = 'id',
  type,
  ...names
}: UserForeignKeyOptions & TableNames): UserForeignKey {
  const { records } = tablesOf(names)
  return {
    add: `ALTER TABLE ${records} ADD COLUMN user_id ${type} GENERATED ALWAYS AS (subject::${type}) STORED;
CREATE INDEX ON ${records} (user_id) WHERE user_id IS NOT NULL;
ALTER TABLE ${records} ADD CONSTRAINT records_user FOREIGN KEY (user_id) REFERENCES ${users} (${column}) ON DELETE CASCADE;
`,
    drop: `ALTER TABLE ${records} DROP COLUMN user_id;
`,
  }
}
