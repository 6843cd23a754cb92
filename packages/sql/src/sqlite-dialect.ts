/** SQLite. Writers come one at a time, so a transaction that begins IMMEDIATE may look first and write then. */

import type { Expectation, RecordKey, StoredRecord } from '@authlib/core'
import type { SqlDialect, SqlStatement } from './dialect.ts'
import { sqliteMigrations } from './migrations.ts'

/** For a driver whose transactions begin IMMEDIATE. */
export const sqliteDialect: SqlDialect = {
  migrations: sqliteMigrations,

  get(partition, keys) {
    const padded = padToPowerOfTwo(keys)
    const places = padded.map(() => '(?, ?)').join(', ')
    return {
      text: `SELECT * FROM authlib_records WHERE partition = ? AND (kind, id) IN (VALUES ${places})`,
      values: [partition, ...padded.flat()],
    }
  },

  // Every expectation before the first write: what comes back lost has written nothing, and others may share its transaction.
  commit({ partition, now, expect, put, remove }) {
    return [
      ...expect.map((expectation) => check(partition, expectation, now)),
      ...remove.map((key) => removal(partition, key)),
      ...put.map(upsert),
    ]
  },

  list(kind, index, after, limit) {
    return {
      text: `SELECT r.* FROM authlib_entries AS e CROSS JOIN authlib_records AS r ON r.position = e.position
        WHERE e.kind = ? AND e.entry = ? AND e.position > ? ORDER BY e.position LIMIT ?`,
      values: [kind, index, after, limit],
    }
  },

  sweep(now, limit) {
    return {
      text: `DELETE FROM authlib_records WHERE position IN
        (SELECT position FROM authlib_records WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
      values: [now, limit],
    }
  },
}

const LIVE = 'SELECT 1 FROM authlib_records WHERE partition = ? AND kind = ? AND id = ? AND expires_at > ?'

function check(partition: string, { kind, id, revision }: Expectation, now: number): SqlStatement {
  if (revision === 0) return { text: LIVE, values: [partition, kind, id, now], rows: 0 }
  return { text: `${LIVE} AND revision = ?`, values: [partition, kind, id, now, revision], rows: 1 }
}

function removal(partition: string, [kind, id]: RecordKey): SqlStatement {
  return {
    text: 'DELETE FROM authlib_records WHERE partition = ? AND kind = ? AND id = ?',
    values: [partition, kind, id],
  }
}

function upsert({ partition, kind, id, revision, expiresAt, index = [], data }: StoredRecord): SqlStatement {
  const entries = index.length > 0 ? JSON.stringify([...new Set(index)]) : null
  return {
    text: `INSERT INTO authlib_records (partition, kind, id, revision, expires_at, entries, data)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (partition, kind, id) DO UPDATE SET
      revision = excluded.revision, expires_at = excluded.expires_at, entries = excluded.entries, data = excluded.data`,
    values: [partition, kind, id, revision, expiresAt, entries, JSON.stringify(data)],
  }
}

/** Repeats the last key, so that few texts, and few prepared statements, serve any number of keys. */
function padToPowerOfTwo(keys: readonly RecordKey[]): RecordKey[] {
  const size = 2 ** Math.ceil(Math.log2(keys.length))
  return Array.from({ length: size }, (_, n) => keys[Math.min(n, keys.length - 1)]!)
}
