/** The store contract over a SQL database. */

import { assertBatch, pageSize, parsePosition, recordName } from '@authlib/core/kit'
import type { Awaitable, JsonObject, Store, StoredRecord } from '@authlib/core'
import type { SqlDialect, SqlRow, SqlStatement } from './dialect.ts'

/** What a database driver has to offer, whatever it is called there. */
export interface SqlDriver {
  /** Runs one query on what is committed. */
  read(query: SqlStatement): Awaitable<readonly SqlRow[]>
  /**
   * Runs the statements in one transaction, and says how many rows they changed together. Null, with nothing written,
   * when one of them does not find or change the number of rows that it must.
   */
  write(statements: readonly SqlStatement[]): Awaitable<number | null>
}

export interface SqlStoreOptions {
  readonly driver: SqlDriver
  readonly dialect: SqlDialect
}

/** A store on a database whose tables are up to date. The subpaths of this package bring driver and dialect together. */
export function sqlStore({ driver, dialect }: SqlStoreOptions): Store {
  return {
    guarantees: { commit: 'atomic', reads: 'strong' },

    async get(partition, keys) {
      if (keys.length === 0) return []
      const rows = await driver.read(dialect.get(partition, keys))
      const found = new Map(rows.map((row) => [recordName(row.kind, row.id), row]))
      return keys.map(([kind, id]) => {
        const row = found.get(recordName(kind, id))
        return row ? readRecord(row) : null
      })
    },

    async commit(batch) {
      assertBatch(batch)
      return (await driver.write(dialect.commit(batch))) !== null
    },

    async list({ kind, index, after, limit }) {
      const size = pageSize(limit)
      const rows = await driver.read(dialect.list(kind, index, parsePosition(after), size + 1))
      const page = rows.slice(0, size)
      const items = page.map(readRecord)
      const last = page.at(-1)
      return rows.length > size && last ? { items, next: String(last.position) } : { items }
    },

    async sweep(now, limit) {
      if (!(limit >= 1)) return 0 // a limit below zero is none in SQLite
      return (await driver.write([dialect.sweep(now, Math.trunc(limit))])) ?? 0
    },
  }
}

function readRecord({ kind, id, partition, revision, expires_at, entries, data }: SqlRow): StoredRecord {
  return {
    ...{ kind, id, partition },
    revision: Number(revision),
    expiresAt: Number(expires_at),
    ...(entries !== null && { index: JSON.parse(entries) as string[] }), // both are what commit wrote
    data: JSON.parse(data) as JsonObject,
  }
}
