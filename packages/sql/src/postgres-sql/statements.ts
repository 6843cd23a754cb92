/**
 * PostgreSQL. A batch is one statement: a chain of steps, each of which runs only when the one before has found its row, so
 * that locks are taken in one order. All steps done: written. None done: lost. In between, a division by zero undoes the
 * statement.
 */

import { INDEX_COLUMNS, NEVER, type Batch, type IndexColumn, type RecordKey, type StoredRecord } from '@authlib/core'
import { stringifyData } from '@authlib/core/kit'
import { stepsOf, type Step } from '../shared/batch-steps.ts'
import type { BatchJob, ReadJob } from '../shared/jobs.ts'
import { indexCells, type SqlStatement } from '../shared/sql.ts'
import { tablesOf, type TableNames } from './tables.ts'

/** A statement that may be prepared under its name, which no other text has. */
export interface PostgresStatement extends SqlStatement {
  /** Absent for one that is hardly ever seen again. */
  readonly name?: string | undefined
}

export interface PostgresStatements {
  get(partition: string, keys: readonly RecordKey[]): PostgresStatement
  /** The rows of all jobs; `n` is the place of the job. */
  getAll(jobs: readonly ReadJob[]): PostgresStatement
  /** Answers with one row: `done` is 1 or 0. Fails with 22012 when only a part could be done. Null: it cannot succeed. */
  commit(batch: Batch): PostgresStatement | null
  /**
   * Tries batches that only put. Answers with rows `n`, the places of those that are written. The others have lost, or met a
   * lock: {@link commit} knows. Fails with 22012, nothing written, when only a part of one could be done.
   */
  commitAll(jobs: readonly BatchJob<string>[]): PostgresStatement
  /** Writes the rows, as {@link rowOf} makes them, over anything. */
  putAll(rows: readonly string[]): PostgresStatement
  list(query: { kind: string; by: IndexColumn; value: string; after: number; limit: number }): PostgresStatement
  /** Answers with one row: `n` records deleted. */
  sweep(now: number, limit: number): PostgresStatement
  eraseSubject(subject: string): PostgresStatement
}

/** Steps up to which the statement of a batch is prepared: those of the server's own batches. */
const PREPARED_STEPS = 8

export function postgresStatements(names: TableNames = {}): PostgresStatements {
  const { records } = tablesOf(names)
  const columns = `position, partition_id, kind, id, revision, expires_at, ${INDEX_COLUMNS.join(', ')}, data::text AS data`
  const chains = new Map<string, PostgresStatement>()
  const named = (text: string, values: PostgresStatement['values']): PostgresStatement => ({
    ...{ name: nameOf(text), text, values },
  })
  const lists = Object.fromEntries(
    INDEX_COLUMNS.map((by) => [
      by,
      `SELECT ${columns} FROM ${records} WHERE ${by} = $1 AND kind = $2 AND position > $3::bigint ORDER BY position LIMIT $4::int`,
    ]),
  ) as Record<IndexColumn, string> // sound: all columns have one
  const putting = `INSERT INTO ${records} (partition_id, kind, id, ${WRITTEN.join(', ')})
    SELECT partition_id, kind, id, ${WRITTEN.join(', ')}::json FROM json_to_recordset($1::text::json) AS rows (${ROW_COLUMNS})
    ON CONFLICT (partition_id, kind, id) DO UPDATE SET ${REPLACED}`
  const reading = `SELECT n, found.* FROM json_to_recordset($1::text::json) AS wanted (n int, p text, k text, i text) CROSS JOIN LATERAL (
      SELECT ${columns} FROM ${records} WHERE partition_id = p AND kind = k AND id = i OFFSET 0) AS found`
  // Laterals, so that no plan scans the table. A new record has revision 1, and only an expired one may be in its place.
  const trying = `WITH wanted AS MATERIALIZED (
      SELECT * FROM json_to_recordset($1::text::json) AS guards (n int, p text, k text, i text, r bigint, t bigint)),
    held AS MATERIALIZED (SELECT n FROM wanted CROSS JOIN LATERAL (SELECT FROM ${records}
      WHERE partition_id = p AND kind = k AND id = i AND revision = r AND expires_at > t FOR UPDATE SKIP LOCKED) AS found),
    missed AS MATERIALIZED (SELECT n FROM wanted EXCEPT ALL SELECT n FROM held),
    rows AS MATERIALIZED (SELECT * FROM json_to_recordset($2::text::json) AS rows (n int, ${ROW_COLUMNS})
      WHERE n NOT IN (SELECT n FROM missed)),
    put AS (INSERT INTO ${records} AS old (partition_id, kind, id, ${WRITTEN.join(', ')})
      SELECT partition_id, kind, id, ${WRITTEN.join(', ')}::json FROM rows
      ON CONFLICT (partition_id, kind, id) DO UPDATE SET ${REPLACED}
      WHERE excluded.revision > 1 OR old.expires_at <= $3::bigint RETURNING partition_id, kind, id),
    counted AS (SELECT n, count(*) AS wanted, count(put.id) AS written FROM rows LEFT JOIN put USING (partition_id, kind, id) GROUP BY n)
    SELECT n FROM counted WHERE CASE written WHEN wanted THEN true WHEN 0 THEN false ELSE 1 / (written - written) = 1 END`
  const places = ['(kind = $2 AND id = $3)', '(kind = $2 AND id = $3 OR kind = $4 AND id = $5)']
  const many = `(kind, id) IN (SELECT key ->> 0, key ->> 1 FROM json_array_elements($2::text::json) AS keys (key))`

  return {
    get(partition, keys) {
      const place = places[keys.length - 1]
      const text = `SELECT ${columns} FROM ${records} WHERE partition_id = $1 AND ${place ?? many}`
      return named(text, [partition, ...(place === undefined ? [JSON.stringify(keys)] : keys.flat())])
    },

    getAll: (jobs) => named(reading, [JSON.stringify(jobs.flatMap(wantedOf))]),

    commitAll: (jobs) =>
      named(trying, [
        JSON.stringify(jobs.flatMap(guardsOf)),
        `[${jobs.flatMap(({ written }, n) => written.map((row) => `{"n":${n},${row.slice(1)}`)).join(',')}]`,
        Math.min(...jobs.map(({ batch }) => batch.now)),
      ]),

    commit(batch) {
      const steps = stepsOf(batch)
      if (!steps) return null
      const shape = steps.map(({ does }) => does).join(' ')
      const known = chains.get(shape)
      const chain = known ?? { text: chainText(records, steps), values: [] }
      const prepared = steps.length <= PREPARED_STEPS
      const statement = known ?? (prepared ? { ...chain, name: nameOf(chain.text) } : chain)
      if (prepared) chains.set(shape, statement)
      return { ...statement, values: [batch.partition, batch.now, ...steps.flatMap(valuesOf)] }
    },

    putAll: (rows) => named(putting, [`[${rows.join(',')}]`]),

    list: ({ kind, by, value, after, limit }) => named(lists[by], [value, kind, after, limit]),

    // Looks again at each row once it holds its lock: a renewed one stays. Materialized: a plan may not look for rows twice.
    sweep: (now, limit) =>
      named(
        `WITH found AS MATERIALIZED (SELECT partition_id, kind, id FROM ${records}
          WHERE expires_at <= $1::bigint AND expires_at < ${NEVER} ORDER BY expires_at LIMIT $2::int FOR UPDATE SKIP LOCKED),
        gone AS (DELETE FROM ${records} WHERE expires_at <= $1::bigint
          AND (partition_id, kind, id) IN (SELECT partition_id, kind, id FROM found) RETURNING 1)
        SELECT count(*)::int AS n FROM gone`,
        [now, limit],
      ),

    eraseSubject: (subject) =>
      named(
        `WITH gone AS (DELETE FROM ${records} WHERE partition_id IN (
          SELECT partition_id FROM ${records} WHERE subject = $1) RETURNING 1)
        SELECT count(*)::int AS n FROM gone`,
        [subject],
      ),
  }
}

/**
 * A record for {@link PostgresStatements.putAll}. Its data stays text until it is in a column: PostgreSQL reads no JSON in JSON
 * that has `\\u0000` in it.
 * @throws AuthlibError `invalid_batch` when the data is too long
 */
export function rowOf(record: StoredRecord): { row: string; size: number } {
  const { partition: partition_id, kind, id, revision, expiresAt: expires_at, index, data } = record
  const row = JSON.stringify({ partition_id, kind, id, revision, expires_at, ...index, data: stringifyData(data) })
  return { row, size: row.length }
}

function wantedOf({ partition, keys }: ReadJob, n: number): object[] {
  return keys.map(([k, i]) => ({ n, p: partition, k, i }))
}

/** The records that must be there, and until when. */
function guardsOf({ batch: { partition, now, expect } }: BatchJob<string>, n: number): object[] {
  return expect.flatMap(({ kind: k, id: i, revision: r }) => (r > 0 ? [{ n, p: partition, k, i, r, t: now }] : []))
}

/** What a step needs, in the order of its placeholders. */
function valuesOf(step: Step): (string | number | null)[] {
  switch (step.does) {
    case 'hold':
    case 'delete':
      return [...step.key, step.revision]
    case 'remove':
      return [...step.key]
    case 'change':
      return [...cellsOf(step.record), step.revision]
    case 'create':
    case 'put':
      return cellsOf(step.record)
  }
}

function cellsOf(record: StoredRecord): (string | number | null)[] {
  const { kind, id, revision, expiresAt, data } = record
  return [kind, id, revision, expiresAt, ...indexCells(record), stringifyData(data)]
}

function chainText(records: string, steps: readonly Step[]): string {
  let last = 2 // $1 is the partition, $2 the time
  const place = (type = 'text'): string => `$${++last}::${type}`
  const row = () => {
    const key = [place(), place()] as const
    const cells = [place('bigint'), place('bigint'), place(), place(), place(), place(), `${place()}::json`]
    return { key, cells: cells.join(', ') }
  }
  const parts = steps.map(({ does }, n) => {
    const chained = n > 0 ? ` AND EXISTS (SELECT FROM s${n - 1})` : ''
    const where = (kind: string, id: string) => `WHERE partition_id = $1 AND kind = ${kind} AND id = ${id}`
    const live = () => ` AND revision = ${place('bigint')} AND expires_at > $2::bigint${chained}`
    if (does === 'hold') return `SELECT 1 FROM ${records} ${where(place(), place())}${live()} FOR SHARE`
    if (does === 'delete') return `DELETE FROM ${records} ${where(place(), place())}${live()} RETURNING 1`
    // A remove that finds nothing is done too, and nothing waits for it: removes come last.
    if (does === 'remove') return `DELETE FROM ${records} ${where(place(), place())}${afterGuards(steps)} RETURNING 1`
    const { key, cells } = row()
    // Never an upsert: what was removed meanwhile must not come back.
    if (does === 'change') {
      return `UPDATE ${records} SET (${WRITTEN.join(', ')}) = ROW(${cells}) ${where(...key)}${live()} RETURNING 1`
    }
    const free = does === 'create' ? ' WHERE r.expires_at <= $2::bigint' : ''
    return `INSERT INTO ${records} AS r (partition_id, kind, id, ${WRITTEN.join(', ')})
      SELECT $1, ${key.join(', ')}, ${cells}${chained.replace(' AND', ' WHERE')}
      ON CONFLICT (partition_id, kind, id) DO UPDATE SET ${REPLACED}${free} RETURNING 1`
  })
  const counted = countedSteps(steps)
  const total = Array.from({ length: counted }, (_, n) => `(SELECT count(*) FROM s${n})`).join(' + ') || '0'
  return `WITH ${parts.map((part, n) => `s${n} AS (${part})`).join(',\n')},
typed AS (SELECT $1::text, $2::bigint),
total AS (SELECT ${total} AS n)
SELECT CASE n WHEN ${counted} THEN 1 WHEN 0 THEN 0 ELSE 1 / (n - n) END AS done FROM total`
}

const WRITTEN = ['revision', 'expires_at', ...INDEX_COLUMNS, 'data']
const ROW_COLUMNS = `partition_id text, kind text, id text, revision bigint, expires_at bigint,
  ${INDEX_COLUMNS.map((column) => `${column} text`).join(', ')}, data text`
const REPLACED = WRITTEN.map((column) => `${column} = excluded.${column}`).join(', ')

/** All steps but the removes, which are sorted to the end. */
function countedSteps(steps: readonly Step[]): number {
  return steps.filter(({ does }) => does !== 'remove').length
}

function afterGuards(steps: readonly Step[]): string {
  const counted = countedSteps(steps)
  return counted > 0 ? ` AND EXISTS (SELECT FROM s${counted - 1})` : ''
}

/** 53 bits of the text (cyrb53, public domain). A driver refuses two strings under one name, so a clash cannot go unseen. */
function nameOf(text: string): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57]
  for (let n = 0; n < text.length; n++) {
    const unit = text.charCodeAt(n)
    high = Math.imul(high ^ unit, 2_654_435_761)
    low = Math.imul(low ^ unit, 1_597_334_677)
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909)
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909)
  return `authlib_${(4_294_967_296 * (2_097_151 & low) + (high >>> 0)).toString(36)}`
}
