/** The rules of the store contract that every store applies alike. For those who write one. */

import { AuthlibError } from './errors.ts'
import type { Batch, Expectation, StoredRecord } from './store.ts'

/** Whether the record is as good as gone. */
export function isExpired({ expiresAt }: StoredRecord, now: number): boolean {
  return expiresAt <= now
}

/** Whether the expectation holds on the record that stands under its key. */
export function isMet({ revision }: Expectation, record: StoredRecord | null | undefined, now: number): boolean {
  return revision === (record && !isExpired(record, now) ? record.revision : 0)
}

/** One text for the key of a record inside its partition. No two share one, since neither part may have a NUL. */
export function recordName(kind: string, id: string): string {
  return `${kind}\0${id}`
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
  throw new AuthlibError('invalid_cursor', 'The cursor is not one of this store', { status: 400 })
}

/**
 * Checks what a batch must be, before a store looks at it. What fails here is a mistake in the program.
 * @throws AuthlibError `invalid_batch`
 */
export function assertBatch({ partition, expect, put, remove }: Batch): void {
  assertText(partition)
  const expected = new Map<string, number>()
  for (const { kind, id, revision } of expect) {
    assertKey(kind, id)
    assertWhole(revision, 0)
    expected.set(recordName(kind, id), revision)
  }
  const changed = new Set<string>()
  for (const record of put) {
    assertKey(record.kind, record.id)
    assertWhole(record.revision, 1)
    assertWhole(record.expiresAt, Number.MIN_SAFE_INTEGER)
    record.index?.forEach(assertText)
    if (record.partition !== partition) throw invalidBatch('A record of the batch lies in another partition')
    const name = recordName(record.kind, record.id)
    const guard = expected.get(name)
    if (guard !== undefined && record.revision !== guard + 1) {
      throw invalidBatch('A guarded put must carry the expected revision + 1')
    }
    changed.add(name)
  }
  for (const [kind, id] of remove) {
    assertKey(kind, id)
    changed.add(recordName(kind, id))
  }
  if (changed.size < put.length + remove.length) throw invalidBatch('A key appears twice in the batch')
}

function assertKey(kind: string, id: string): void {
  assertText(kind)
  assertText(id)
}

const UNSTORABLE = /[\0\p{Surrogate}]/u // with the flag, a surrogate matches only when it stands alone

function assertText(text: string): void {
  if (text === '' || UNSTORABLE.test(text)) {
    throw invalidBatch('Names in a batch must be non-empty, well-formed and without NUL')
  }
}

function assertWhole(value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw invalidBatch('Revisions and times in a batch must be whole numbers in range')
  }
}

function invalidBatch(message: string): AuthlibError {
  return new AuthlibError('invalid_batch', message)
}
