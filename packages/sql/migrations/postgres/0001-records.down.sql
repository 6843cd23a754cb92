DROP VIEW authlib.authorizations;
DROP TABLE authlib.records;
DROP TABLE authlib.migrations;
