/** Where the tables are in PostgreSQL. */

import type { TableNames } from '../shared/migrations.ts'

export type { TableNames } from '../shared/migrations.ts'

export interface PostgresTables {
  readonly schema: string
  readonly records: string
  readonly migrations: string
  readonly authorizations: string
  /** The name of an index, which is in the schema of its table. */
  readonly index: (name: string) => string
}

/** Default: `authlib.records`. */
export function tablesOf({ schema = 'authlib', prefix = '' }: TableNames = {}): PostgresTables {
  const inSchema = (name: string): string => `${quoted(schema)}.${quoted(prefix + name)}`
  return {
    schema: quoted(schema),
    records: inSchema('records'),
    migrations: inSchema('migrations'),
    authorizations: inSchema('authorizations'),
    index: (name) => quoted(`${prefix}records_by_${name}`),
  }
}

/** Only what needs no quotes is left without. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
