DROP TABLE authlib_entries;
DROP TABLE authlib_records;
DROP TABLE authlib_migrations;
