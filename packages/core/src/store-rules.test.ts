import { describe, expect, it } from 'vitest'
import { AuthlibError } from './errors.ts'
import { assertBatch, isExpired, isMet, isStorable, pageSize, recordName } from './store-rules.ts'
import type { Batch, RecordIndex, StoredRecord } from './store.ts'

const record: StoredRecord = { kind: 'code', id: 'a', partition: 'p', revision: 2, expiresAt: 100, data: {} }
const batch: Batch = { partition: 'p', now: 1, expect: [], put: [], remove: [] }

describe('the rules of the store contract', () => {
  it('takes a record for expired from its expiresAt on', () => {
    expect([99, 100, 101].map((now) => isExpired(record, now))).toEqual([false, true, true])
  })

  it('meets an expectation with the revision of a live record, and 0 with an absent or expired one', () => {
    const met = (revision: number, found: StoredRecord | null | undefined, now = 1) => {
      return isMet({ kind: 'code', id: 'a', revision }, found, now)
    }
    expect([met(2, record), met(1, record), met(3, record), met(0, record)]).toEqual([true, false, false, false])
    expect([met(0, null), met(0, undefined), met(1, null)]).toEqual([true, true, false])
    expect([met(0, record, 100), met(2, record, 100)]).toEqual([true, false])
  })

  it.each([
    ['a', true],
    ['🔑', true],
    ['x'.repeat(255), true],
    ['x'.repeat(256), false],
    [`${'é'.repeat(127)}x`, true],
    ['é'.repeat(128), false],
    ['パ'.repeat(85), true],
    [`${'パ'.repeat(85)}x`, false],
    ['🔑'.repeat(63), true],
    ['🔑'.repeat(64), false],
    ['', false],
    ['a\0', false],
    ['\ud83d', false],
  ])('takes %j for storable: %s', (name, storable) => {
    expect(isStorable(name)).toBe(storable)
    if (name.isWellFormed() && !name.includes('\0') && name !== '')
      expect(new TextEncoder().encode(name).length <= 255).toBe(storable)
  })

  it('gives no two keys one name', () => {
    expect(recordName('a', 'bc')).not.toBe(recordName('ab', 'c'))
  })

  it.each([
    [undefined, 100],
    [1, 1],
    [1000, 1000],
    [1001, 1000],
    [Infinity, 1000],
    [0, 1],
    [-5, 1],
    [2.9, 2],
    [NaN, 1],
  ])('makes a limit of %s a page of %s', (limit, size) => {
    expect(pageSize(limit)).toBe(size)
  })

  it.each<[string, Partial<Batch>]>([
    ['empty', {}],
    ['unguarded', { put: [record] }],
    ['guarded', { expect: [{ kind: 'code', id: 'a', revision: 1 }], put: [record] }],
    ['of expectations', { expect: [{ kind: 'code', id: 'a', revision: 1 }] }],
    ['with all columns', { put: [{ ...record, index: { client: 'c', subject: 's', session: 'x', tag: 't' } }] }],
    ['with an undefined column', { put: [{ ...record, index: { client: undefined } }] }],
    ['with a pair of surrogates', { put: [{ ...record, id: '🔑' }] }],
    ['with one id in two kinds', { put: [record, { ...record, kind: 'token' }] }],
    ['with a time before 1970', { put: [{ ...record, expiresAt: -1 }] }],
  ])('accepts a batch %s', (_what, changes) => {
    expect(() => assertBatch({ ...batch, ...changes })).not.toThrow()
  })

  it.each<[string, Partial<Batch>]>([
    ['without a partition', { partition: '' }],
    ['with a NUL in its partition', { partition: 'a\0' }],
    ['that puts a key twice', { put: [record, record] }],
    ['that removes a key twice', { remove: [['code', 'a'], ['code', 'a']] }], // prettier-ignore
    ['that puts and removes a key', { put: [record], remove: [['code', 'a']] }],
    ['that puts elsewhere', { put: [{ ...record, partition: 'q' }] }],
    ['whose guarded put keeps the revision', { expect: [{ kind: 'code', id: 'a', revision: 2 }], put: [record] }],
    ['that expects a negative revision', { expect: [{ kind: 'code', id: 'a', revision: -1 }] }],
    ['that expects a key without a kind', { expect: [{ kind: '', id: 'a', revision: 1 }] }],
    ['that removes a key without an id', { remove: [['code', '']] }],
    ['with half a pair of surrogates', { put: [{ ...record, id: 'a\udc00' }] }],
    ['with an empty index value', { put: [{ ...record, index: { tag: '' } }] }],
    ['that expects the absence of what it does not put', { expect: [{ kind: 'code', id: 'a', revision: 0 }] }],
    ['with 101 changes', { remove: Array.from({ length: 101 }, (_, n) => ['code', `${n}`]) }],
    ['with a column that no index has', { put: [{ ...record, index: { colour: 'red' } as RecordIndex }] }],
    ['with revision 0', { put: [{ ...record, revision: 0 }] }],
    ['with half a revision', { put: [{ ...record, revision: 1.5 }] }],
    ['with an endless time', { put: [{ ...record, expiresAt: Infinity }] }],
  ])('refuses a batch %s', (_what, changes) => {
    expect(() => assertBatch({ ...batch, ...changes })).toThrow(AuthlibError)
  })
})
