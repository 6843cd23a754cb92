CREATE SCHEMA IF NOT EXISTS authlib;

CREATE TABLE authlib.records (
  position bigint GENERATED ALWAYS AS IDENTITY,
  partition_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  expires_at bigint NOT NULL,
  client text COLLATE "C",
  subject text COLLATE "C",
  session text COLLATE "C",
  tag text COLLATE "C",
  data json NOT NULL,
  PRIMARY KEY (partition_id, kind, id)
);

CREATE INDEX records_by_expiry ON authlib.records (expires_at) WHERE expires_at < 9007199254740991;
CREATE INDEX records_by_client ON authlib.records (client, kind, position) WHERE client IS NOT NULL;
CREATE INDEX records_by_subject ON authlib.records (subject, kind, position) WHERE subject IS NOT NULL;
CREATE INDEX records_by_session ON authlib.records (session, kind, position) WHERE session IS NOT NULL;
CREATE INDEX records_by_tag ON authlib.records (tag, kind, position) WHERE tag IS NOT NULL;

CREATE VIEW authlib.authorizations AS SELECT
  id, client, subject, data ->> 'status' AS status,
  (SELECT string_agg(value, ' ') FROM json_array_elements_text(data -> 'scope') AS scope (value)) AS scope,
  to_timestamp((data ->> 'createdAt')::bigint) AS created_at, to_timestamp(expires_at) AS expires_at
FROM authlib.records WHERE kind = 'authorization';

CREATE TABLE authlib.migrations (version int PRIMARY KEY);
INSERT INTO authlib.migrations VALUES (1);
