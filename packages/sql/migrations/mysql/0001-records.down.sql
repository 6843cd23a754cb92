DROP VIEW authlib_authorizations;
DROP TABLE authlib_records;
DROP TABLE authlib_migrations;
