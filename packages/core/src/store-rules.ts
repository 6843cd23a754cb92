/** The rules of the store contract that every store applies alike. For those who write one. */

import { encodeUtf8 } from './encoding.ts'
import { AuthlibError } from './errors.ts'
import type { JsonObject } from './json.ts'
import { INDEX_COLUMNS, LIMITS } from './store.ts'
import type { Batch, Expectation, IndexColumn, RecordIndex, StoredRecord } from './store.ts'

/** Whether the record counts as absent. */
export function isExpired({ expiresAt }: Pick<StoredRecord, 'expiresAt'>, now: number): boolean {
  return expiresAt <= now
}

/** Whether the expectation holds on the record that stands under its key. */
export function isMet(
  { revision }: Expectation,
  record: Pick<StoredRecord, 'revision' | 'expiresAt'> | null | undefined,
  now: number,
): boolean {
  return revision === (record && !isExpired(record, now) ? record.revision : 0)
}

/** One string for the key of a record inside its partition. No two share one, since neither part may have a NUL. */
export function recordName(kind: string, id: string): string {
  return `${kind}\0${id}`
}

/** Whether every store can hold the name: not empty, well-formed Unicode without NUL, at most `LIMITS.name` bytes of UTF-8. */
export function isStorable(name: string): boolean {
  if (name === '' || name.includes('\0') || !name.isWellFormed()) return false
  return name.length * 3 <= LIMITS.name || encodeUtf8(name).length <= LIMITS.name
}

/** The columns of an index that have a value. */
export function indexValues(index: RecordIndex | undefined): readonly (readonly [IndexColumn, string])[] {
  const values: (readonly [IndexColumn, string])[] = []
  if (!index) return values
  for (const column of INDEX_COLUMNS) {
    const value = index[column]
    if (value !== undefined) values.push([column, value])
  }
  return values
}

/** How many records a page of `list` holds at most, at least one. */
export function pageSize(limit = 100): number {
  return Math.min(Math.max(Math.trunc(limit) || 1, 1), 1000)
}

/**
 * Reads the cursor of a store that numbers the places of its lists from 1: the position after which the page starts.
 * @throws AuthlibError `invalid_cursor` (400)
 */
export function parsePosition(after = '0'): number {
  if (/^\d{1,15}$/.test(after)) return Number(after)
  throw invalidCursor()
}

/** For a cursor that the store did not make. */
export function invalidCursor(): AuthlibError {
  return new AuthlibError('invalid_cursor', 'The cursor is not one of this store', { status: 400 })
}

/** For a database that failed or did not answer in time. Whether a commit took place is then unknown. */
export function storeUnavailable(cause: unknown): AuthlibError {
  if (cause instanceof AuthlibError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new AuthlibError('store_unavailable', 'The store failed; a commit may or may not have been written', {
    status: 503,
    reason,
    cause,
  })
}

/**
 * The data of a record as JSON.
 * @throws AuthlibError `invalid_batch` when it is longer than `LIMITS.data`
 */
export function stringifyData(data: JsonObject): string {
  const json = JSON.stringify(data)
  if (json.length <= LIMITS.data) return json
  throw invalidBatch(`The data of a record must be at most ${LIMITS.data} characters of JSON`)
}

/**
 * Checks what a batch must be, before a store looks at it. What fails here is a mistake in the program.
 * @throws AuthlibError `invalid_batch`
 */
export function assertBatch({ partition, expect, put, remove }: Batch): void {
  assertName(partition)
  const changes = put.length + remove.length
  if (changes > LIMITS.batch || expect.length > LIMITS.batch) {
    throw invalidBatch(`A batch must have at most ${LIMITS.batch} changes and ${LIMITS.batch} expectations`)
  }
  for (const { kind, id, revision } of expect) {
    assertKey(kind, id)
    assertWhole(revision, 0)
  }
  for (const record of put) assertRecord(record, partition)
  for (const [kind, id] of remove) assertKey(kind, id)
  if (changes > 1 || expect.length > 0) assertKeys(expect, put, remove)
}

/** What the parts of a batch are to each other. */
function assertKeys(expect: Batch['expect'], put: Batch['put'], remove: Batch['remove']): void {
  const revisions = new Map(put.map(({ kind, id, revision }) => [recordName(kind, id), revision]))
  const changed = new Set(revisions.keys())
  for (const [kind, id] of remove) changed.add(recordName(kind, id))
  if (changed.size < put.length + remove.length) throw invalidBatch('A key appears twice in the batch')
  for (const { kind, id, revision } of expect) {
    const written = revisions.get(recordName(kind, id))
    if (written === undefined && revision === 0) throw invalidBatch('Only a record that is put may be expected absent')
    if (written !== undefined && written !== revision + 1) {
      throw invalidBatch('A guarded put must carry the expected revision + 1')
    }
  }
}

function assertRecord(record: StoredRecord, partition: string): void {
  assertKey(record.kind, record.id)
  assertWhole(record.revision, 1)
  assertWhole(record.expiresAt, Number.MIN_SAFE_INTEGER)
  if (record.partition !== partition) throw invalidBatch('A record of the batch lies in another partition')
  const { index } = record
  if (index === undefined) return
  for (const column of Object.keys(index)) {
    if (!(INDEX_COLUMNS as readonly string[]).includes(column)) {
      throw invalidBatch(`An index has the columns ${INDEX_COLUMNS.join(', ')} and no others`)
    }
    const value = index[column as IndexColumn] // sound: it is one of them
    if (value !== undefined) assertName(value)
  }
}

const KIND = /^[a-z][a-z0-9_]{0,62}$/

function assertKey(kind: string, id: string): void {
  if (!KIND.test(kind)) throw invalidBatch('A kind must match [a-z][a-z0-9_]{0,62}')
  assertName(id)
}

function assertName(name: string): void {
  if (isStorable(name)) return
  throw invalidBatch(
    `Names in a batch must be non-empty, well-formed, without NUL, and at most ${LIMITS.name} bytes of UTF-8`,
  )
}

function assertWhole(value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw invalidBatch('Revisions and times in a batch must be whole numbers in range')
  }
}

function invalidBatch(message: string): AuthlibError {
  return new AuthlibError('invalid_batch', message)
}
