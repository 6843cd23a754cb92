DROP TRIGGER authlib_records_inserted;
DROP TRIGGER authlib_records_updated;
DROP TRIGGER authlib_records_deleted;

ALTER TABLE authlib_records RENAME COLUMN partition TO partition_id;
ALTER TABLE authlib_records ADD COLUMN client TEXT;
ALTER TABLE authlib_records ADD COLUMN subject TEXT;
ALTER TABLE authlib_records ADD COLUMN session TEXT;
ALTER TABLE authlib_records ADD COLUMN tag TEXT;

UPDATE authlib_records SET
  client = (SELECT substr(value, 1, instr(value, 'client:') - 1) || substr(value, instr(value, 'client:') + 7) FROM json_each(entries) WHERE (instr(value, 'client:') = 1 OR (instr(value, 'client:') > 1 AND instr(value, 'client:') = instr(value, ' ') + 1 AND instr(value, ':') = instr(value, 'client:') + 6))),
  subject = (SELECT substr(value, 1, instr(value, 'subject:') - 1) || substr(value, instr(value, 'subject:') + 8) FROM json_each(entries) WHERE (instr(value, 'subject:') = 1 OR (instr(value, 'subject:') > 1 AND instr(value, 'subject:') = instr(value, ' ') + 1 AND instr(value, ':') = instr(value, 'subject:') + 7))),
  tag = (SELECT value FROM json_each(entries) WHERE NOT (instr(value, 'client:') = 1 OR (instr(value, 'client:') > 1 AND instr(value, 'client:') = instr(value, ' ') + 1 AND instr(value, ':') = instr(value, 'client:') + 6)) AND NOT (instr(value, 'subject:') = 1 OR (instr(value, 'subject:') > 1 AND instr(value, 'subject:') = instr(value, ' ') + 1 AND instr(value, ':') = instr(value, 'subject:') + 7)))
WHERE entries IS NOT NULL;

DROP TABLE authlib_entries;
ALTER TABLE authlib_records DROP COLUMN entries;

DROP INDEX authlib_records_by_expiry;
CREATE INDEX authlib_records_by_expiry ON authlib_records (expires_at) WHERE expires_at < 9007199254740991;
CREATE INDEX authlib_records_by_client ON authlib_records (client, kind) WHERE client IS NOT NULL;
CREATE INDEX authlib_records_by_subject ON authlib_records (subject, kind) WHERE subject IS NOT NULL;
CREATE INDEX authlib_records_by_session ON authlib_records (session, kind) WHERE session IS NOT NULL;
CREATE INDEX authlib_records_by_tag ON authlib_records (tag, kind) WHERE tag IS NOT NULL;

CREATE VIEW authlib_authorizations AS SELECT
  id, client, subject, data ->> 'status' AS status,
  (SELECT group_concat(value, ' ') FROM json_each(data, '$.scope')) AS scope,
  datetime(data ->> 'createdAt', 'unixepoch') AS created_at, datetime(expires_at, 'unixepoch') AS expires_at
FROM authlib_records WHERE kind = 'authorization';

INSERT INTO authlib_migrations VALUES (2);
