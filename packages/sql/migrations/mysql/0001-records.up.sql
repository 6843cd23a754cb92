CREATE TABLE authlib_records (
  position BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  partition_id VARBINARY(255) NOT NULL,
  kind VARBINARY(63) NOT NULL,
  id VARBINARY(255) NOT NULL,
  revision BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  client VARBINARY(255),
  subject VARBINARY(255),
  session VARBINARY(255),
  tag VARBINARY(255),
  data LONGTEXT CHARACTER SET utf8mb4 NOT NULL,
  UNIQUE KEY authlib_records_by_key (partition_id, kind, id),
  KEY authlib_records_by_expiry (expires_at),
  KEY authlib_records_by_client (client, kind, position),
  KEY authlib_records_by_subject (subject, kind, position),
  KEY authlib_records_by_session (session, kind, position),
  KEY authlib_records_by_tag (tag, kind, position)
) ENGINE = InnoDB;

CREATE VIEW authlib_authorizations AS SELECT
  CONVERT(id USING utf8mb4) AS id, CONVERT(client USING utf8mb4) AS client, CONVERT(subject USING utf8mb4) AS subject,
  JSON_UNQUOTE(JSON_EXTRACT(data, '$.status')) AS status, JSON_EXTRACT(data, '$.scope') AS scope,
  FROM_UNIXTIME(JSON_EXTRACT(data, '$.createdAt')) AS created_at, FROM_UNIXTIME(expires_at) AS expires_at
FROM authlib_records WHERE kind = 'authorization';

CREATE TABLE authlib_migrations (version INT PRIMARY KEY) ENGINE = InnoDB;
INSERT INTO authlib_migrations VALUES (1);
