/** How the tables came to be what they are, step by step, and back. */

/** Where the tables are, and what their names begin with. */
export interface TableNames {
  /** The schema (PostgreSQL) or database (MySQL). Default: `authlib` on PostgreSQL, none elsewhere. */
  readonly schema?: string | undefined
  /** Default: none on PostgreSQL, `authlib_` elsewhere. */
  readonly prefix?: string | undefined
}

/** One step of a schema, forward and back. */
export interface Migration {
  /** 1, 2, 3 … The table `migrations` says which have been applied; each adds its own row to it. */
  readonly version: number
  /** With the version, the name of the SQL files: `migrations/<database>/<version>-<name>.up.sql` and `.down.sql`. */
  readonly name: string
  readonly up: string
  /** Takes back what `up` did, with the records in the tables. */
  readonly down: string
}
