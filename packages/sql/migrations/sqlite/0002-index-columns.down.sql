DROP VIEW authlib_authorizations;
DROP INDEX authlib_records_by_client;
DROP INDEX authlib_records_by_subject;
DROP INDEX authlib_records_by_session;
DROP INDEX authlib_records_by_tag;

ALTER TABLE authlib_records RENAME COLUMN partition_id TO partition;
ALTER TABLE authlib_records ADD COLUMN entries TEXT;

CREATE TABLE authlib_entries (
  kind TEXT NOT NULL,
  entry TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (kind, entry, position)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER authlib_records_inserted AFTER INSERT ON authlib_records WHEN new.entries IS NOT NULL BEGIN
  INSERT INTO authlib_entries SELECT new.kind, value, new.position FROM json_each(new.entries);
END;

CREATE TRIGGER authlib_records_updated AFTER UPDATE ON authlib_records WHEN old.entries IS NOT new.entries BEGIN
  DELETE FROM authlib_entries
    WHERE kind = old.kind AND position = old.position AND entry IN (SELECT value FROM json_each(old.entries));
  INSERT INTO authlib_entries SELECT new.kind, value, new.position FROM json_each(new.entries);
END;

CREATE TRIGGER authlib_records_deleted AFTER DELETE ON authlib_records WHEN old.entries IS NOT NULL BEGIN
  DELETE FROM authlib_entries
    WHERE kind = old.kind AND position = old.position AND entry IN (SELECT value FROM json_each(old.entries));
END;

UPDATE authlib_records SET entries = (
  SELECT json_group_array(value) FROM (
    SELECT CASE WHEN instr(partition, ' ') > 0 AND substr(client, 1, instr(partition, ' ')) = substr(partition, 1, instr(partition, ' '))
      THEN substr(partition, 1, instr(partition, ' ')) || 'client:' || substr(client, instr(partition, ' ') + 1) ELSE 'client:' || client END AS value WHERE client IS NOT NULL
    UNION ALL SELECT CASE WHEN instr(partition, ' ') > 0 AND substr(subject, 1, instr(partition, ' ')) = substr(partition, 1, instr(partition, ' '))
      THEN substr(partition, 1, instr(partition, ' ')) || 'subject:' || substr(subject, instr(partition, ' ') + 1) ELSE 'subject:' || subject END WHERE subject IS NOT NULL
    UNION ALL SELECT tag WHERE tag IS NOT NULL
  )
) WHERE coalesce(client, subject, tag) IS NOT NULL;

ALTER TABLE authlib_records DROP COLUMN client;
ALTER TABLE authlib_records DROP COLUMN subject;
ALTER TABLE authlib_records DROP COLUMN session;
ALTER TABLE authlib_records DROP COLUMN tag;

DROP INDEX authlib_records_by_expiry;
CREATE INDEX authlib_records_by_expiry ON authlib_records (expires_at);

DELETE FROM authlib_migrations WHERE version = 2;
