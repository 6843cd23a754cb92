CREATE TABLE authlib_records (
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

CREATE INDEX authlib_records_by_expiry ON authlib_records (expires_at);

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

CREATE TABLE authlib_migrations (version INTEGER PRIMARY KEY) STRICT;
INSERT INTO authlib_migrations VALUES (1);
