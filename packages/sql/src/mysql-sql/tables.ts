/** Where the tables are in MySQL and MariaDB. */

import type { TableNames } from '../shared/migrations.ts'

export type { TableNames } from '../shared/migrations.ts'

export interface MysqlTables {
  readonly records: string
  readonly migrations: string
  readonly authorizations: string
  /** The name of an index, which is in the schema of its table. */
  readonly index: (name: string) => string
}

/** Default: `authlib_records`, in the database of the connection. */
export function tablesOf({ schema, prefix = 'authlib_' }: TableNames = {}): MysqlTables {
  const database = schema === undefined ? '' : `${quoted(schema)}.`
  const named = (name: string): string => database + quoted(prefix + name)
  return {
    records: named('records'),
    migrations: named('migrations'),
    authorizations: named('authorizations'),
    index: (name) => quoted(`${prefix}records_by_${name}`),
  }
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``
}
