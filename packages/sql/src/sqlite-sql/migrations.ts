/** The tables of SQLite. */

import { NEVER } from '@authlib/core'
import type { Migration } from '../shared/migrations.ts'

/** All steps, oldest first. `prefix` begins the name of every table, index, trigger and view. */
export function sqliteMigrations(prefix = 'authlib_'): readonly Migration[] {
  return [
    { version: 1, name: 'records', up: recordsUp(prefix), down: recordsDown(prefix) },
    { version: 2, name: 'index-columns', up: columnsUp(prefix), down: columnsDown(prefix) },
  ]
}

/** The index of a record as a JSON array, `entries`, from which triggers keep a table of its own. */
const recordsUp = (prefix: string): string => `CREATE TABLE ${prefix}records (
  position INTEGER PRIMARY KEY,
  partition TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  entries TEXT,
  data TEXT NOT NULL,
  UNIQUE (partition, kind, id)
) STRICT;

CREATE INDEX ${prefix}records_by_expiry ON ${prefix}records (expires_at);
${entriesTable(prefix)}
CREATE TABLE ${prefix}migrations (version INTEGER PRIMARY KEY) STRICT;
INSERT INTO ${prefix}migrations VALUES (1);
`

const recordsDown = (prefix: string): string => `DROP TABLE ${prefix}entries;
DROP TABLE ${prefix}records;
DROP TABLE ${prefix}migrations;
`

const entriesTable = (prefix: string): string => `
CREATE TABLE ${prefix}entries (
  kind TEXT NOT NULL,
  entry TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (kind, entry, position)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER ${prefix}records_inserted AFTER INSERT ON ${prefix}records WHEN new.entries IS NOT NULL BEGIN
  INSERT INTO ${prefix}entries SELECT new.kind, value, new.position FROM json_each(new.entries);
END;

CREATE TRIGGER ${prefix}records_updated AFTER UPDATE ON ${prefix}records WHEN old.entries IS NOT new.entries BEGIN
  DELETE FROM ${prefix}entries
    WHERE kind = old.kind AND position = old.position AND entry IN (SELECT value FROM json_each(old.entries));
  INSERT INTO ${prefix}entries SELECT new.kind, value, new.position FROM json_each(new.entries);
END;

CREATE TRIGGER ${prefix}records_deleted AFTER DELETE ON ${prefix}records WHEN old.entries IS NOT NULL BEGIN
  DELETE FROM ${prefix}entries
    WHERE kind = old.kind AND position = old.position AND entry IN (SELECT value FROM json_each(old.entries));
END;
`

/** An entry was `client:…` or `subject:…`, before it the name of the tenant and a space. */
const columnsUp = (prefix: string): string => `DROP TRIGGER ${prefix}records_inserted;
DROP TRIGGER ${prefix}records_updated;
DROP TRIGGER ${prefix}records_deleted;

ALTER TABLE ${prefix}records RENAME COLUMN partition TO partition_id;
ALTER TABLE ${prefix}records ADD COLUMN client TEXT;
ALTER TABLE ${prefix}records ADD COLUMN subject TEXT;
ALTER TABLE ${prefix}records ADD COLUMN session TEXT;
ALTER TABLE ${prefix}records ADD COLUMN tag TEXT;

UPDATE ${prefix}records SET
  client = (SELECT ${without('client')} FROM json_each(entries) WHERE ${isOf('client')}),
  subject = (SELECT ${without('subject')} FROM json_each(entries) WHERE ${isOf('subject')}),
  tag = (SELECT value FROM json_each(entries) WHERE NOT ${isOf('client')} AND NOT ${isOf('subject')})
WHERE entries IS NOT NULL;

DROP TABLE ${prefix}entries;
ALTER TABLE ${prefix}records DROP COLUMN entries;

DROP INDEX ${prefix}records_by_expiry;
CREATE INDEX ${prefix}records_by_expiry ON ${prefix}records (expires_at) WHERE expires_at < ${NEVER};
CREATE INDEX ${prefix}records_by_client ON ${prefix}records (client, kind) WHERE client IS NOT NULL;
CREATE INDEX ${prefix}records_by_subject ON ${prefix}records (subject, kind) WHERE subject IS NOT NULL;
CREATE INDEX ${prefix}records_by_session ON ${prefix}records (session, kind) WHERE session IS NOT NULL;
CREATE INDEX ${prefix}records_by_tag ON ${prefix}records (tag, kind) WHERE tag IS NOT NULL;

CREATE VIEW ${prefix}authorizations AS SELECT
  id, client, subject, data ->> 'status' AS status,
  (SELECT group_concat(value, ' ') FROM json_each(data, '$.scope')) AS scope,
  datetime(data ->> 'createdAt', 'unixepoch') AS created_at, datetime(expires_at, 'unixepoch') AS expires_at
FROM ${prefix}records WHERE kind = 'authorization';

INSERT INTO ${prefix}migrations VALUES (2);
`

const columnsDown = (prefix: string): string => `DROP VIEW ${prefix}authorizations;
DROP INDEX ${prefix}records_by_client;
DROP INDEX ${prefix}records_by_subject;
DROP INDEX ${prefix}records_by_session;
DROP INDEX ${prefix}records_by_tag;

ALTER TABLE ${prefix}records RENAME COLUMN partition_id TO partition;
ALTER TABLE ${prefix}records ADD COLUMN entries TEXT;
${entriesTable(prefix)}
UPDATE ${prefix}records SET entries = (
  SELECT json_group_array(value) FROM (
    SELECT ${entryOf('client')} AS value WHERE client IS NOT NULL
    UNION ALL SELECT ${entryOf('subject')} WHERE subject IS NOT NULL
    UNION ALL SELECT tag WHERE tag IS NOT NULL
  )
) WHERE coalesce(client, subject, tag) IS NOT NULL;

ALTER TABLE ${prefix}records DROP COLUMN client;
ALTER TABLE ${prefix}records DROP COLUMN subject;
ALTER TABLE ${prefix}records DROP COLUMN session;
ALTER TABLE ${prefix}records DROP COLUMN tag;

DROP INDEX ${prefix}records_by_expiry;
CREATE INDEX ${prefix}records_by_expiry ON ${prefix}records (expires_at);

DELETE FROM ${prefix}migrations WHERE version = 2;
`

/** Whether the word stands at the beginning, or after the name of a tenant, which has neither spaces nor colons. */
function isOf(word: string): string {
  const at = `instr(value, '${word}:')`
  const colon = word.length
  return `(${at} = 1 OR (${at} > 1 AND ${at} = instr(value, ' ') + 1 AND instr(value, ':') = ${at} + ${colon}))`
}

function without(word: string): string {
  const at = `instr(value, '${word}:')`
  return `substr(value, 1, ${at} - 1) || substr(value, ${at} + ${word.length + 1})`
}

/** Of a tenant if its partition is: both begin with the same name and a space. */
function entryOf(column: string): string {
  const prefix = `substr(partition, 1, instr(partition, ' '))`
  return `CASE WHEN instr(partition, ' ') > 0 AND substr(${column}, 1, instr(partition, ' ')) = ${prefix}
      THEN ${prefix} || '${column}:' || substr(${column}, instr(partition, ' ') + 1) ELSE '${column}:' || ${column} END`
}
